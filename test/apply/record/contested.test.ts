import { describe, expect, test } from '@jest/globals';
import { afterHealing, afterCheck, judgeDrift, NO_DRIFT } from '../../../src/apply/record/contested.ts';

const MINUTE = 60_000;
const START = 1_000_000_000_000;

/** A path that drifted and was corrected at these minutes. */
const healedAt = (...minutes: number[]) =>
  minutes.reduce((record, minute) => afterHealing(record, ['debug'], START + minute * MINUTE), NO_DRIFT);

const judgedAt = (minute: number, ...healed: number[]) =>
  judgeDrift(healedAt(...healed), ['debug'], START + minute * MINUTE);

describe('correcting drift', () => {
  test('the first drift of a path is corrected at once', () => {
    expect(judgedAt(0)).toEqual({ heal: ['debug'], wait: [], contested: [], newlyContested: [] });
  });

  test('a path that was just corrected waits first, longer each time', () => {
    expect(judgedAt(0.5, 0).wait).toEqual([{ path: 'debug', until: START + MINUTE }]);
    expect(judgedAt(3, 0, 2).wait).toEqual([{ path: 'debug', until: START + 7 * MINUTE }]);
    expect(judgedAt(8, 0, 2).heal).toEqual(['debug']);
  });

  test('the fourth drift within an hour is contested, and reported once', () => {
    const record = healedAt(0, 2, 10, 30);
    const first = judgeDrift(record, ['debug'], START + 50 * MINUTE);
    expect(first).toEqual({ heal: [], wait: [], contested: ['debug'], newlyContested: ['debug'] });
    const next = afterCheck(record, first.contested, START + 50 * MINUTE);
    expect(judgeDrift(next, ['debug'], START + 51 * MINUTE).newlyContested).toEqual([]);
  });

  test('corrections older than an hour no longer count', () => {
    expect(judgedAt(120, 0, 2, 10, 30).heal).toEqual(['debug']);
    expect(afterHealing(healedAt(0), [], START + 61 * MINUTE)).toEqual(NO_DRIFT);
  });

  test('a contested path stays contested until it no longer differs', () => {
    const next = { corrected: {}, contested: ['debug'] };
    expect(judgeDrift(next, ['debug'], START + 300 * MINUTE).contested).toEqual(['debug']);
    expect(judgeDrift(next, [], START).contested).toEqual([]);
    expect(afterCheck(next, [], START).contested).toEqual([]);
  });
});
