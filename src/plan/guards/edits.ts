// `no-memory`, `takeover` and `overwrites-edit`: changes by others that the plan would lose.
import { formatPath, type Path } from '../../domain/path.ts';
import { NO_RECORD, WAYS_TO_REMEMBER } from '../../domain/plan/memory.ts';
import { CODES } from '../../domain/problem/codes.ts';
import { UNKNOWN_ENTRIES } from '../../domain/state/state.ts';
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
  return differences.filter(isSomebodysEdit).map((one) => {
    const isUnknown = one.origin === 'first' && isInUnknownList(one, state);
    return {
      guard: 'overwrites-edit' as const,
      path: one.path,
      message: isUnknown
        ? "removes an entry that may be someone else's: the base has entries here whose values can't be resolved"
        : editText(one),
      remedy: isUnknown ? CODES.HF4013.remedy : REMEDY,
      changes: [one.id],
    };
  });
}

const REMEDY =
  'Copy the edit to the files, or allow Holdfast to overwrite it. Mode enforce always overwrites it.';

function isInUnknownList({ path }: Difference, { lastApplied }: Case['state']): boolean {
  return lastApplied?.hashes[formatPath(path.slice(0, -1))] === UNKNOWN_ENTRIES;
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

/** What the settings require. It refuses a plan without changes too: a removal may be what it can't see. */
export function noMemory({ state, target }: Case): Finding[] {
  if (state.lastApplied || target.policy.memory !== 'required') return [];
  return [
    {
      guard: 'no-memory',
      message: `${NO_RECORD}, and \`policy.memory\` requires one`,
      remedy: `${WAYS_TO_REMEMBER.join(' ')} For the first apply to a gateway, allow it once.`,
      changes: [],
    },
  ];
}

/** If nothing is known of an earlier apply, nothing belongs to Holdfast, so nothing may be removed. */
export function takeover({ differences, state, target }: Case): Finding[] {
  if (state.lastApplied || target.adopted) return [];
  return [...removalsByPlace(differences)].map(([place, removals]) => {
    const [first] = removals;
    const path: Path = removals.length === 1 && first ? first.path : parentOf(first);
    return {
      guard: 'takeover' as const,
      path,
      message: `removes ${removals.length === 1 ? formatPath(path) : `${plural(removals.length, 'entry')} of ${place}`}, and nothing is known of an earlier apply to this gateway`,
      remedy:
        'If Holdfast applied to this gateway before, use the state directory of that run, or name the commit with `--base REV`. Otherwise declare what should stay (`holdfast pull` does this), use `ownership: entries`, or set `adopted: true` on the target.',
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
