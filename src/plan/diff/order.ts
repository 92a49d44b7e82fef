// Which entries of a list have to move so that the others can stay: everything outside a longest run that is in order
// already.
import type { Field } from '../../gateway/catalog/field.ts';
import { longestIncreasingRun } from '../../lib/longest-run.ts';
import { hasIdentity } from './identity.ts';

/** Whether the order of its entries means something. */
export function isOrdered(list: Field): boolean {
  return list.collection === 'sequence' || !hasIdentity(list);
}

/** Indexes of the wanted list whose entries move; none where order means nothing. */
export function movedEntries(list: Field, live: readonly (number | undefined)[]): number[] {
  if (!isOrdered(list)) return [];
  const kept = live.flatMap((old, index) => (old === undefined ? [] : [{ old, index }]));
  const staying = new Set(longestIncreasingRun(kept.map(({ old }) => old)));
  return kept.filter(({ old }) => !staying.has(old)).map(({ index }) => index);
}
