// What `explain` found, for people.
import type { Explanation } from '../../domain/plan/explanation.ts';
import { type Style } from './style.ts';
import { table } from './table.ts';

export function explanationText(explanation: Explanation, style: Style, columns?: number): string {
  const { path, type, description, writing, members } = explanation;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['layout', layoutText(explanation)],
    ['type', type],
    ['choices', explanation.choices?.join(', ')],
    ['default', explanation.default === undefined ? undefined : JSON.stringify(explanation.default)],
    ['secret', explanation.secret],
    ['read', explanation.reading],
    ['written', `${writing.request}: ${writing.reason}`],
    ['restart', explanation.restart ? 'takes effect only after the gateway restarts' : undefined],
    ['guard', explanation.danger],
    ['since', explanation.since],
    ['until', explanation.until],
  ];
  return [
    `${style.accent(style.bold(path))}`,
    description,
    '',
    ...facts.flatMap(([name, text]) =>
      text === undefined ? [] : [`  ${style.dim(name.padEnd(8))} ${text}`],
    ),
    ...(explanation.effects.length > 0 ? ['', style.bold('What the gateway does to it')] : []),
    ...explanation.effects.map((effect) => `  · ${effect}`),
    ...(members.length > 0
      ? [
          '',
          style.bold('Below it'),
          table(
            ['key', ''],
            members.map((member) => [member.name, firstSentence(member.description)]),
            style,
            { columns },
          ),
        ]
      : []),
    '',
  ].join('\n');
}

const LAYOUTS = { legacy: 'flat', v8: 'v8' } as const;
const MANY = 6;

function layoutText({ path, layout, counterpart }: Explanation): string {
  const { paths, inverted } = counterpart;
  const here = LAYOUTS[layout];
  const other = `the ${LAYOUTS[counterpart.layout]} one`;
  if (paths.length === 0) return `${here}; ${other} has no such key`;
  if (paths.length === 1 && paths[0] === path) return `${here}, and the same in ${other}`;
  const more = paths.length > MANY ? ` and ${paths.length - MANY} more` : '';
  const shown = paths.slice(0, MANY).map((each) => `\`${each}\``);
  return `${here}; in ${other} ${shown.join(', ')}${more}${inverted ? ', which says the opposite' : ''}`;
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
