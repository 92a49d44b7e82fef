// The changes of a plan in sections, chosen by path and by who made the difference. Pure.
import type { Change, ChangeKind } from '../../../../domain/plan/change.ts';
import type { Plan } from '../../../../domain/plan/plan.ts';

export const CAUSES = {
  all: 'All changes',
  files: 'From the files',
  gateway: 'Made on the gateway',
};
export type Cause = keyof typeof CAUSES;

export function chosenOf(changes: readonly Change[], text: string, cause: Cause): readonly Change[] {
  const words = text.toLowerCase().split(/\s+/).filter(Boolean);
  return changes
    .filter(({ path }) => words.every((word) => path.toLowerCase().includes(word)))
    .filter(({ origin }) => {
      if (cause === 'all' || origin === 'both') return true;
      return (cause === 'gateway') === (origin === 'drift');
    });
}

/** By top-level key; scalars of the top level are one section, under an empty name. */
export function sectionsOf(changes: readonly Change[]): readonly (readonly [string, readonly Change[]])[] {
  return [...Map.groupBy(changes, ({ path }) => sectionOf(path))];
}

function sectionOf(path: string): string {
  const [key = ''] = /^[^.[]*/.exec(path) ?? [];
  return key === path ? '' : key;
}

export function tallyOf(changes: readonly Pick<Change, 'kind'>[]): Record<ChangeKind, number> {
  const tally: Record<ChangeKind, number> = { add: 0, update: 0, remove: 0, rename: 0, move: 0 };
  for (const { kind } of changes) tally[kind] += 1;
  return tally;
}

const WORDS: readonly (readonly [ChangeKind, string])[] = [
  ['add', 'to add'],
  ['update', 'to update'],
  ['remove', 'to remove'],
  ['rename', 'to rename'],
  ['move', 'to move'],
];

/** `3 to add, 185 to remove` */
export function tallyText(changes: readonly Pick<Change, 'kind'>[]): string {
  const tally = tallyOf(changes);
  return WORDS.flatMap(([kind, word]) => (tally[kind] > 0 ? [`${tally[kind]} ${word}`] : [])).join(', ');
}

/** What the gateway changed, so that the files can take it over. */
export const adoptable = ({ changes }: Pick<Plan, 'changes'>): readonly Change[] =>
  changes.filter(({ origin }) => origin === 'drift' || origin === 'both');
