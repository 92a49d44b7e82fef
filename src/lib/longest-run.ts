// Which numbers of a sequence can stay in place so that all are in order when the others move.

/** A longest increasing subsequence of different numbers, by patience sorting in n log n. */
export function longestIncreasingRun(numbers: readonly number[]): number[] {
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
