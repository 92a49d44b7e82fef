import { describe, expect, test } from '@jest/globals';
import { parseDuration } from '../../src/lib/duration.ts';
import { parseEnd } from '../../src/lib/zone.ts';

describe('a length of time', () => {
  test.each([
    ['30m', 1_800_000],
    ['1h30m', 5_400_000],
    ['2d', 172_800_000],
    ['1w1s', 604_801_000],
  ])('%s', (text, ms) => expect(parseDuration(text)).toBe(ms));

  test.each(['', '30', 'm', '1.5h', '-1h', '0m', '30 m', '30min'])('%j is none', (text) =>
    expect(parseDuration(text)).toBeUndefined(),
  );
});

describe('an end', () => {
  test.each([
    ['2026-12-24T18:00 Europe/Berlin', '2026-12-24T17:00:00.000Z'],
    ['2026-12-24T18:00+01:00', '2026-12-24T17:00:00.000Z'],
    ['2026-12-24T18:00Z', '2026-12-24T18:00:00.000Z'],
    ['2026-12-24T18:00', '2026-12-24T18:00:00.000Z'],
    ['2026-12-24', '2026-12-25T00:00:00.000Z'],
    ['2026-12-24 -03:00', '2026-12-25T03:00:00.000Z'],
  ])('%s', (text, moment) => expect(parseEnd(text)).toBe(Date.parse(moment)));

  test.each(['tomorrow', '2026-02-30', '2026-12-24T25:00', '2026-12-24 Middle-earth', '18:00'])(
    '%s is none',
    (text) => expect(parseEnd(text)).toBeUndefined(),
  );
});
