import { describe, expect, test } from '@jest/globals';
import { openUntil, opensNext, parseFreeze } from '../../src/domain/plan/freeze.ts';

function windowOf(text: string): string {
  const window = parseFreeze(text);
  if (typeof window === 'string') return window;
  if (window.kind !== 'once') return 'a window that comes again';
  return `${new Date(window.from).toISOString()} ${new Date(window.until).toISOString()}`;
}

describe('a freeze window', () => {
  test('of days includes the last one, in UTC where no zone is named', () => {
    expect(windowOf('2026-12-20/2027-01-02')).toBe('2026-12-20T00:00:00.000Z 2027-01-03T00:00:00.000Z');
  });

  test('begins and ends by the clocks of its zone, also when they change in between', () => {
    expect(windowOf('2026-10-24/2026-10-25 Europe/Berlin')).toBe(
      '2026-10-23T22:00:00.000Z 2026-10-25T23:00:00.000Z',
    );
    expect(windowOf('2026-12-20/2026-12-20 America/New_York')).toBe(
      '2026-12-20T05:00:00.000Z 2026-12-21T05:00:00.000Z',
    );
  });

  test('of times ends at its end', () => {
    expect(windowOf('2026-12-24T18:00/2026-12-27T06:00 +01:00')).toBe(
      '2026-12-24T17:00:00.000Z 2026-12-27T05:00:00.000Z',
    );
  });

  const wrong = [
    ['0 0 * * 5', "`0 0 * * 5` isn't a valid window"],
    ['0 0 * * 5 for', "`0 0 * * 5 for` isn't a valid window"],
    ['2026-12-20', "`2026-12-20` isn't a valid window"],
    ['2026-02-30/2026-03-02', "`2026-02-30` isn't a valid date"],
    ['2026-02-20/soon', "`soon` isn't a valid date"],
    ['2026-12-20/2027-01-02 Middle-earth', "`Middle-earth` isn't a valid time zone"],
    ['2026-12-20/2026-12-19', '`2026-12-20/2026-12-19` ends before it starts'],
  ] as const;
  test.each(wrong)('%s is refused', (text, message) => {
    expect(windowOf(text)).toBe(message);
  });
});

/** `open until …` or `closed, opens …` at a moment. */
function stateOf(text: string, moment: string): string {
  const window = parseFreeze(text);
  if (typeof window === 'string') return window;
  const now = Date.parse(moment);
  const until = openUntil(window, now);
  if (until !== undefined) return `open until ${shortOf(until)}`;
  const next = opensNext(window, now);
  return next === undefined ? 'closed for good' : `closed, opens ${shortOf(next)}`;
}

const shortOf = (ms: number): string => new Date(ms).toISOString().slice(0, 16);

describe('a freeze window of dates', () => {
  test('is open from its beginning up to, not including, its end', () => {
    const window = '2026-12-20/2026-12-21';
    expect(stateOf(window, '2026-12-19T23:59:59.999Z')).toBe('closed, opens 2026-12-20T00:00');
    expect(stateOf(window, '2026-12-20T00:00Z')).toBe('open until 2026-12-22T00:00');
    expect(stateOf(window, '2026-12-22T00:00Z')).toBe('closed for good');
  });
});

describe('a freeze window that comes again', () => {
  const WEEKEND = '0 18 * * fri for 62h Europe/Berlin';

  test('opens at the time of its cron expression and stays open for its length', () => {
    expect(stateOf(WEEKEND, '2026-11-27T16:59:59.999Z')).toBe('closed, opens 2026-11-27T17:00');
    expect(stateOf(WEEKEND, '2026-11-27T17:00Z')).toBe('open until 2026-11-30T07:00');
    expect(stateOf(WEEKEND, '2026-11-30T06:59:59.999Z')).toBe('open until 2026-11-30T07:00');
    expect(stateOf(WEEKEND, '2026-11-30T07:00Z')).toBe('closed, opens 2026-12-04T17:00');
  });

  test('opens by the clocks of its zone and lasts real hours when they change in between', () => {
    expect(stateOf(WEEKEND, '2026-10-23T16:00Z')).toBe('open until 2026-10-26T06:00');
    expect(stateOf(WEEKEND, '2026-10-30T16:59Z')).toBe('closed, opens 2026-10-30T17:00');
    expect(stateOf(WEEKEND, '2026-03-27T17:00Z')).toBe('open until 2026-03-30T07:00');
    expect(stateOf(WEEKEND, '2026-04-03T16:00Z')).toBe('open until 2026-04-06T06:00');
  });

  test('opens once on the night on which its hour comes twice', () => {
    const night = '30 2 * * * for 45m Europe/Berlin';
    expect(stateOf(night, '2026-10-25T00:29Z')).toBe('closed, opens 2026-10-25T00:30');
    expect(stateOf(night, '2026-10-25T00:30Z')).toBe('open until 2026-10-25T01:15');
    expect(stateOf(night, '2026-10-25T01:30Z')).toBe('closed, opens 2026-10-26T01:30');
  });

  test('opens when the clocks go forward, on the night that skips its hour', () => {
    const night = '30 2 * * * for 45m Europe/Berlin';
    expect(stateOf(night, '2026-03-29T00:59Z')).toBe('closed, opens 2026-03-29T01:00');
    expect(stateOf(night, '2026-03-29T01:44Z')).toBe('open until 2026-03-29T01:45');
  });

  test('takes an offset for its zone, and UTC where none is named', () => {
    expect(stateOf('0 18 * * fri for 1h +05:30', '2026-11-27T12:30Z')).toBe('open until 2026-11-27T13:30');
    expect(stateOf('0 18 * * fri for 1h -03:00', '2026-11-27T12:30Z')).toBe('closed, opens 2026-11-27T21:00');
    expect(stateOf('0 18 * * fri for 1h', '2026-11-27T18:59Z')).toBe('open until 2026-11-27T19:00');
  });

  test('that runs into its next opening closes after the last of them', () => {
    expect(stateOf('0 9-17 * * * for 60m', '2026-11-27T09:30Z')).toBe('open until 2026-11-27T18:00');
    expect(stateOf('0 0 * * mon-fri for 24h', '2026-11-25T12:00Z')).toBe('open until 2026-11-28T00:00');
  });

  const wrong = [
    [
      '61 18 * * fri for 1h',
      "`61 18 * * fri` isn't a valid cron expression of five fields: Invalid value for minute: 61",
    ],
    [
      '0 0 18 * * fri for 1h',
      "`0 0 18 * * fri` isn't a valid cron expression of five fields: mode '5-part' requires exactly 5 parts, but pattern '0 0 18 * * fri' has 6 parts.",
    ],
    ['0 18 * * fri for long', "`long` isn't a valid duration, such as 90m, 62h or 2d"],
    ['0 18 * * fri for 0h', "`0h` isn't a valid duration, such as 90m, 62h or 2d"],
    ['0 18 * * fri for 62h Middle-earth', "`Middle-earth` isn't a valid time zone"],
    ['0 0 30 2 * for 1d', '`0 0 30 2 *` never occurs'],
    ['0 * * * * for 1h', '`0 * * * *` occurs again before 1h have passed, so the window would never close'],
  ] as const;
  test.each(wrong)('%s is refused', (text, message) => {
    expect(stateOf(text, '2026-11-27T12:00Z')).toBe(message);
  });
});
