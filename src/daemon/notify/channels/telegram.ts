// Telegram: a message in its HTML. Nothing in a text becomes a tag, a mention or a command. Pure.
import { fitting, isoTime, type Page } from './message.ts';

const SIGN = { info: '🟢', warning: '🟡', critical: '🔴' } as const;
/** The limit is 4096 characters without the tags; with them it surely is kept. */
const MOST = 4000;

export function telegramBody(page: Page, chat: string): object {
  const lines = [
    `<b>${SIGN[page.severity]} ${escaped(page.title)}</b>`,
    escaped(page.summary),
    ...page.facts.map(({ name, value }) => `<i>${name}</i>: ${code(value)}`),
    ...page.sections.flatMap(({ heading, lines: own }) => [
      `<b>${heading}</b>`,
      ...own.map((one) => `• ${code(one)}`),
    ]),
  ];
  const closing = [
    ...(page.link === undefined ? [] : [`<a href="${inHtml(page.link)}">Open the dashboard</a>`]),
    isoTime(page.at),
  ].join('\n');
  return {
    chat_id: chat,
    text: [...fitting(lines, MOST - closing.length), closing].join('\n'),
    parse_mode: 'HTML',
    link_preview_options: { is_disabled: true },
  };
}

/** Inside nothing is looked for, and what is copied is what was there. */
const code = (content: string): string => `<code>${inHtml(content)}</code>`;

/** A mark that shows nothing behind `@`, `/` and `#` at the beginning of a word: those would be names and commands. */
const escaped = (content: string): string =>
  inHtml(content).replaceAll(/(?<![\p{L}\p{N}])[@/#]/gu, '$&\u2060');

function inHtml(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
