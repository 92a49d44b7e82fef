import { expect, test } from '@jest/globals';
import { memo, memoBy } from '../../src/lib/memo.ts';

test('an answer is computed once for each object, whatever it is', () => {
  let asked = 0;
  const nothing = memo((): undefined => void (asked += 1));
  const [one, other] = [{}, {}];
  for (const about of [one, one, other, one]) expect(nothing(about)).toBeUndefined();
  expect(asked).toBe(2);
});

test('another second object asks again, and only its answer is kept', () => {
  let asked = 0;
  const pair = memoBy((about: { n: number }, by: string) => `${about.n}${by}${(asked += 1)}`);
  const one = { n: 1 };
  expect([pair(one, 'a'), pair(one, 'a'), pair(one, 'b'), pair({ n: 2 }, 'b')]).toEqual([
    '1a1',
    '1a1',
    '1b2',
    '2b3',
  ]);
  expect(pair(one, 'a')).toBe('1a4');
});
