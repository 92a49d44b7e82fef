// Telegram: a message in its HTML. Nothing in a text becomes a tag, a mention or a command. Pure.
import { fitting, isoTime, type Page } from './message.ts';

const SIGN = { info: '🟢', warning: '🟡', critical: '🔴' } as const;
/** The limit is 4096 characters without the tags; counting the tags stays within it. */
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

/** Telegram interprets nothing inside it, and copying returns the original text. */
const code = (content: string): string => `<code>${inHtml(content)}</code>`;

/**
 * An invisible mark after `@`, `/` and `#` at the beginning of a word; otherwise these would be names and commands.
 */
const escaped = (content: string): string =>
  inHtml(content).replaceAll(/(?<![\p{L}\p{N}])[@/#]/gu, '$&\u2060');

function inHtml(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
