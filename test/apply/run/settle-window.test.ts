import { describe, expect, test } from '@jest/globals';
import {
  doubled,
  LONGEST_WINDOW,
  settleWindow,
  SHORTEST_WINDOW,
  withWrite,
} from '../../../src/apply/run/settle-window.ts';

describe('the settle window', () => {
  test('is never shorter than a quarter of a second', () => {
    expect(settleWindow([], 0)).toBe(SHORTEST_WINDOW);
    expect(settleWindow([3, 5], 0)).toBe(SHORTEST_WINDOW);
  });

  test('is 150 ms and ten times the slowest of the last writes, authentication taken off', () => {
    expect(settleWindow([70, 90, 80], 60)).toBe(450);
  });

  test('doubles on a disagreement, up to half a minute', () => {
    expect(doubled(450)).toBe(900);
    expect(doubled(20_000)).toBe(LONGEST_WINDOW);
    expect(settleWindow([9_000], 0)).toBe(LONGEST_WINDOW);
  });

  test('remembers the last five writes', () => {
    const many = Array.from({ length: 30 }, (_, i) => i).reduce<readonly number[]>(withWrite, []);
    expect(many).toEqual([25, 26, 27, 28, 29]);
  });
});
