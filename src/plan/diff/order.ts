// Which entries of a list have to move so that the others can stay: all except a longest run that is already in
// order.
import type { Field } from '../../gateway/catalog/field.ts';
import { longestIncreasingRun } from '../../lib/longest-run.ts';
import { hasIdentity } from './identity.ts';

/** Whether the order of the entries matters. */
export function isOrdered(list: Field): boolean {
  return list.collection === 'sequence' || !hasIdentity(list);
}

/** Indexes of the proposed list whose entries move; empty if the order doesn't matter. */
export function movedEntries(list: Field, live: readonly (number | undefined)[]): number[] {
  if (!isOrdered(list)) return [];
  const kept = live.flatMap((old, index) => (old === undefined ? [] : [{ old, index }]));
  const staying = new Set(longestIncreasingRun(kept.map(({ old }) => old)));
  return kept.filter(({ old }) => !staying.has(old)).map(({ index }) => index);
}
