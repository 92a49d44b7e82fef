// Slack: Block Kit. Texts from files and gateways are escaped; links and names in them stay plain text. Pure.
import { clipped } from '../../../lib/text.ts';
import { fitting, isoTime, type Page } from './message.ts';

const SIGN = { info: '🟢', warning: '🟡', critical: '🔴' } as const;
/** Limits of Slack, in characters. */
const HEADER = 150;
const SECTION = 2900;

export function slackBody(page: Page): object {
  const title = escaped(clipped(`${SIGN[page.severity]} ${page.title}`, HEADER));
  return {
    text: title, // the text of a push notification
    unfurl_links: false,
    unfurl_media: false,
    blocks: [
      { type: 'header', text: plain(title) },
      { type: 'section', text: plain(escaped(page.summary)) },
      ...(page.facts.length > 0 ? [factsOf(page)] : []),
      ...page.sections.map(section),
      ...(page.link === undefined ? [] : [linkTo(page.link)]),
      { type: 'context', elements: [plain(isoTime(page.at))] },
    ],
  };
}

const plain = (text: string): object => ({ type: 'plain_text', text, emoji: false });

const factsOf = ({ facts }: Page): object => ({
  type: 'section',
  fields: facts.slice(0, 10).map(({ name, value }) => plain(`${name}\n${escaped(value)}`)),
});

/** In a code block, so that text to copy stays as it is; `verbatim`: no word becomes a link or a mention. */
function section({ heading, lines }: Page['sections'][number]): object {
  const fenced = fitting(
    lines.map((line) => escaped(line).replaceAll('`', "'")),
    SECTION,
  );
  const text = `*${heading}*\n\`\`\`${fenced.join('\n')}\`\`\``;
  return { type: 'section', text: { type: 'mrkdwn', text, verbatim: true } };
}

const linkTo = (link: string): object => ({
  type: 'actions',
  elements: [{ type: 'button', text: plain('Open the dashboard'), url: link }],
});

/** The three characters that Slack interprets; escaping them disables `<!channel>`, `<@U1>` and `<url|text>`. */
function escaped(content: string): string {
  return content.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
