import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import {
  afterLateReload,
  afterReload,
  doubled,
  type LateReload,
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

describe('a reload that came after the window', () => {
  const late = (ms: number, calm = 0): LateReload => ({ ms, calm });

  test('makes the next windows as long as it needed at most', () => {
    expect(settleWindow([70], 60, late(1_200))).toBe(1_200);
    expect(settleWindow([700], 0, late(1_200))).toBe(7_150);
    expect(settleWindow([70], 60, late(90_000))).toBe(LONGEST_WINDOW);
  });

  test.each([
    [undefined, 900, late(900)],
    [late(900, 3), 1_500, late(1_500)],
    [late(1_500, 3), 900, late(1_500)],
    [undefined, 100_000, late(LONGEST_WINDOW)],
  ])('after %j, one of %i ms leaves %j', (known, ms, then) => {
    expect(afterLateReload(known, ms)).toEqual(then);
  });

  test('is forgotten by halves, one for five reloads in time', () => {
    const five = (known: LateReload | undefined): LateReload | undefined =>
      Array.from({ length: 5 }).reduce<LateReload | undefined>(afterReload, known);
    expect(afterReload(undefined)).toBeUndefined();
    expect(afterReload(late(2_000))).toEqual(late(2_000, 1));
    expect(five(late(2_000))).toEqual(late(1_000));
    expect(five(five(five(late(2_000))))).toBeUndefined();
  });

  test('never makes a window shorter, whatever was seen before', () => {
    const seen = fc.array(fc.option(fc.nat(60_000), { nil: undefined }), { maxLength: 40 });
    fc.assert(
      fc.property(fc.array(fc.nat(5_000)), fc.nat(500), seen, (writeMs, auth, looks) => {
        let known: LateReload | undefined;
        for (const ms of looks) known = ms === undefined ? afterReload(known) : afterLateReload(known, ms);
        const window = settleWindow(writeMs, auth, known);
        expect(window).toBeGreaterThanOrEqual(settleWindow(writeMs, auth));
        expect(window).toBeLessThanOrEqual(LONGEST_WINDOW);
        const last = looks.at(-1);
        if (last !== undefined) expect(window).toBeGreaterThanOrEqual(Math.min(last, LONGEST_WINDOW));
      }),
    );
  });
});
