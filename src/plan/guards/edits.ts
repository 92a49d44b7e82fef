// `overwrites-edit` and `takeover`: changes by others that the plan would lose.
import { formatPath, type Path } from '../../domain/path.ts';
import type { Difference } from '../types/difference.ts';
import { plural } from '../../lib/text.ts';
import type { Case, Finding } from './guard.ts';

const VERBS = {
  add: 'restores what someone removed',
  update: 'overwrites',
  remove: 'removes',
  rename: 'renames',
  move: 'moves',
} as const;

/** Neither as last applied nor as desired: someone edited it. */
export function overwritesEdit({ differences, state, mode }: Case): Finding[] {
  if (!state.lastApplied || mode !== 'apply') return [];
  return differences.filter(isSomebodysEdit).map((one) => ({
    guard: 'overwrites-edit' as const,
    path: one.path,
    message: editText(one),
    remedy:
      'Copy the edit to the files, or allow Holdfast to overwrite it. Mode enforce always overwrites it.',
    changes: [one.id],
  }));
}

function isSomebodysEdit({ origin, kind }: Difference): boolean {
  return origin === 'both' || (origin === 'first' && kind === 'remove');
}

function editText({ kind, origin }: Difference): string {
  if (origin === 'first') return 'removes what existed before this path was first declared';
  return kind === 'add'
    ? `${VERBS.add} since the last apply, in a different form`
    : `${VERBS[kind]} what someone edited on the gateway since the last apply`;
}

/** On a target never applied to before, nothing belongs to Holdfast, so nothing may be removed. */
export function takeover({ differences, state, target }: Case): Finding[] {
  if (state.lastApplied || target.adopted) return [];
  return [...removalsByPlace(differences)].map(([place, removals]) => {
    const [first] = removals;
    const path: Path = removals.length === 1 && first ? first.path : parentOf(first);
    return {
      guard: 'takeover' as const,
      path,
      message: `removes ${removals.length === 1 ? formatPath(path) : `${plural(removals.length, 'entry')} of ${place}`}, and Holdfast has never applied to this gateway`,
      remedy:
        'Declare what should stay (`holdfast pull` does this), then run `apply` once while nothing differs. Or use `ownership: entries`, or set `adopted: true` on the target.',
      changes: removals.map((one) => one.id),
    };
  });
}

function parentOf(difference: Difference | undefined): Path {
  return difference?.path.slice(0, -1) ?? [];
}

function removalsByPlace(differences: readonly Difference[]): Map<string, Difference[]> {
  const groups = new Map<string, Difference[]>();
  for (const one of differences.filter(({ kind }) => kind === 'remove')) {
    const isEntry = one.path.at(-1)?.kind === 'entry';
    const place = formatPath(isEntry ? one.path.slice(0, -1) : one.path);
    groups.set(place, [...(groups.get(place) ?? []), one]);
  }
  return groups;
}
