import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { longestIncreasingRun } from '../../src/lib/longest-run.ts';

const isIncreasing = (numbers: readonly number[]): boolean =>
  numbers.every((number, i) => i === 0 || number > (numbers[i - 1] as number));

/** Every choice of the numbers, in their order. */
function choices(numbers: readonly number[]): number[][] {
  const [first, ...rest] = numbers;
  if (first === undefined) return [[]];
  return choices(rest).flatMap((chosen) => [chosen, [first, ...chosen]]);
}

test('no other choice that is in order is longer', () => {
  const numbers = fc.uniqueArray(fc.integer({ min: 0, max: 20 }), { maxLength: 9 });
  fc.assert(
    fc.property(numbers, (given) => {
      const run = longestIncreasingRun(given);
      expect(isIncreasing(run)).toBe(true);
      expect(given.filter((number) => run.includes(number))).toEqual(run);
      expect(run).toHaveLength(
        Math.max(
          ...choices(given)
            .filter(isIncreasing)
            .map(({ length }) => length),
        ),
      );
    }),
  );
});
