// Discord: one embed. No text can mention anyone; its markdown is escaped. Pure.
import { clipped } from '../../../lib/text.ts';
import { fitting, type Page } from './message.ts';

const COLOUR = { info: 0x2e_a0_43, warning: 0xd2_99_22, critical: 0xda_36_33 } as const;
/** Limits of Discord, in characters; 6000 for all of an embed. */
const TITLE = 256;
const DESCRIPTION = 3800;
const VALUE = 200;

export function discordBody(page: Page): object {
  const description = [
    escaped(page.summary),
    ...page.sections.flatMap(({ heading, lines }) => [
      `**${heading}**`,
      ...lines.map((one) => `• ${escaped(one)}`),
    ]),
  ];
  return {
    allowed_mentions: { parse: [] },
    embeds: [
      {
        title: escaped(clipped(page.title, TITLE / 2)),
        description: fitting(description, DESCRIPTION).join('\n'),
        color: COLOUR[page.severity],
        timestamp: new Date(page.at).toISOString(),
        fields: page.facts.map(({ name, value }) => ({
          name,
          value: escaped(clipped(value, VALUE)),
          inline: true,
        })),
        ...(page.link !== undefined && { url: page.link }),
      },
    ],
  };
}

/** The characters of its markdown, mentions and links. */
const MARKS = /[\\*_~`|<>[\]()@#]|(?<=:)\/\//g;

function escaped(content: string): string {
  return content.replaceAll(MARKS, String.raw`\$&`);
}
