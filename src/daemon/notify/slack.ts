// Slack: Block Kit. Texts from files and gateways are escaped, links and names in them stay plain text. Pure.
import { clipped, fitting, isoTime, type Page } from './message.ts';

const SIGN = { info: '🟢', warning: '🟡', critical: '🔴' } as const;
/** Limits of Slack, in characters. */
const HEADER = 150;
const SECTION = 2900;

export function slackBody(page: Page): object {
  const title = `${SIGN[page.severity]} ${page.title}`;
  return {
    text: escaped(clipped(title, HEADER)), // what a push message shows
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      {
        type: 'header',
        text: { type: 'plain_text', text: clipped(title, HEADER), emoji: false },
      },
      section(escaped(page.summary)),
      ...(page.facts.length > 0 ? [factsOf(page)] : []),
      ...page.sections.map(({ heading, lines }) =>
        section([`*${heading}*`, ...lines.map((line) => `• ${escaped(line)}`)].join('\n')),
      ),
      ...(page.link === undefined ? [] : [linkTo(page.link)]),
      { type: 'context', elements: [{ type: 'plain_text', text: isoTime(page.at), emoji: false }] },
    ],
  };
}

/** `verbatim`: no word becomes a link, a channel or a person by itself. */
const text = (content: string): object => ({ type: 'mrkdwn', text: content, verbatim: true });

function section(content: string): object {
  return { type: 'section', text: text(fitting(content.split('\n'), SECTION).join('\n')) };
}

const factsOf = ({ facts }: Page): object => ({
  type: 'section',
  fields: facts.slice(0, 10).map(({ name, value }) => text(`*${name}*\n${escaped(value)}`)),
});

const linkTo = (link: string): object => ({
  type: 'actions',
  elements: [{ type: 'button', text: { type: 'plain_text', text: 'Open the dashboard' }, url: link }],
});

/** The three characters that Slack reads: with them go `<!channel>`, `<@U1>` and `<url|text>`. */
export function escaped(content: string): string {
  return content
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll(/[*_~`]/g, '$&\u2060'); // no closing mark next to a word: no bold, no code
}
