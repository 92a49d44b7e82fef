// What `explain` found, for people.
import type { Explanation } from '../nouns/explanation.ts';
import { forReaders, type Style } from './style.ts';
import { table } from './table.ts';

export function explanationText(explanation: Explanation, style: Style): string {
  const { path, type, description, writing, members } = explanation;
  const facts: readonly (readonly [string, string | undefined])[] = [
    ['type', type],
    ['choices', explanation.choices?.join(', ')],
    ['default', explanation.default === undefined ? undefined : JSON.stringify(explanation.default)],
    ['secret', explanation.secret],
    ['read', explanation.reading],
    ['written', forReaders(`${writing.request}: ${writing.reason}`)],
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
          ),
        ]
      : []),
    '',
  ].join('\n');
}

function firstSentence(text: string): string {
  return /^.*?[.!?](?=\s|$)/s.exec(text)?.[0] ?? text;
}
