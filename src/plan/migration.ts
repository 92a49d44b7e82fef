// What a first write through the v8 API makes of a file that is not in the plain v8 layout yet: guard `migrate-file`
// (C v8 §4.6, design-v8 rule 13). Findings only.
import type { Layout } from '../nouns/desired.ts';
import type { Verdict } from '../nouns/guard.ts';
import type { Fate } from '../gateway/v8/normalise.ts';
import { seenV8 } from '../gateway/v8/seen.ts';

/** Empty where the write only formats. */
export function migrationVerdicts(raw: string, layout: Layout): readonly Verdict[] {
  const seen = seenV8(raw);
  if (!seen.ok) return [];
  const { fate } = seen;
  const told = [...losingV7(layout), ...sentences(fate)];
  if (told.length === 0) return [];
  return [
    {
      guard: 'migrate-file',
      message: `the first write converts the gateway's file: ${told.join('; ')}`,
      remedy:
        layout === 'legacy'
          ? 'Keep the backup that is taken before it (the raw file), then allow it; or set `api: v0` on the target, which keeps the flat layout.'
          : 'Take these keys out of the file by hand, or allow it: the backup that is taken before it is the raw file.',
      override: '--allow migrate-file',
      allowed: false,
      changes: [],
    },
  ];
}

const losingV7 = (layout: Layout): string[] =>
  layout === 'legacy' ? ['it gets the v8 layout for good, which no v7 gateway can read'] : [];

function sentences({ moved, deleted, archived, lost, expanded }: Fate): string[] {
  return [
    ...about(
      moved.map(({ old, now }) => `${old} to ${now}`),
      'moved',
    ),
    ...about(deleted, 'deleted, because the v8 spelling beside wins'),
    ...about(archived, 'unknown to it, and only comments from then on'),
    ...about(lost, 'deleted without a trace, because the file ends with a comment'),
    ...(expanded ? ['anchors and aliases are written out'] : []),
  ];
}

const MANY = 8;

function about(paths: readonly string[], fate: string): string[] {
  if (paths.length === 0) return [];
  const shown = paths.slice(0, MANY).map((path) => `\`${path}\``);
  const more = paths.length > MANY ? ` and ${paths.length - MANY} more` : '';
  return [`${fate}: ${shown.join(', ')}${more}`];
}
