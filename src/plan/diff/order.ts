// Which entries of a list have to move so that the others can stay: everything outside a longest run that is in order
// already.
import type { Field } from '../../gateway/catalog/field.ts';
import { hasIdentity } from './identity.ts';

/** Whether the order of its entries means something. */
export function isOrdered(list: Field): boolean {
  return list.collection === 'sequence' || !hasIdentity(list);
}

/** Indexes of the wanted list whose entries move; none where order means nothing. */
export function movedEntries(list: Field, live: readonly (number | undefined)[]): number[] {
  if (!isOrdered(list)) return [];
  const kept = live.flatMap((old, index) => (old === undefined ? [] : [{ old, index }]));
  const staying = new Set(longestRun(kept.map(({ old }) => old)));
  return kept.filter(({ old }) => !staying.has(old)).map(({ index }) => index);
}

/** A longest increasing subsequence, by patience sorting: n log n. */
function longestRun(numbers: readonly number[]): number[] {
  const piles: number[] = [];
  const previous = new Map<number, number | undefined>();
  for (const number of numbers) {
    const at = firstNotBelow(piles, number);
    previous.set(number, at === 0 ? undefined : piles[at - 1]);
    piles[at] = number;
  }
  const run: number[] = [];
  for (let number = piles.at(-1); number !== undefined; number = previous.get(number)) run.push(number);
  return run.toReversed();
}

function firstNotBelow(piles: readonly number[], number: number): number {
  let low = 0;
  let high = piles.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((piles[middle] as number) < number) low = middle + 1;
    else high = middle;
  }
  return low;
}
