import { describe, expect, test } from '@jest/globals';
import { parseFreeze } from '../../src/nouns/freeze.ts';

function windowOf(text: string): string {
  const window = parseFreeze(text);
  if (typeof window === 'string') return window;
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

  test('of times ends when it says', () => {
    expect(windowOf('2026-12-24T18:00/2026-12-27T06:00 +01:00')).toBe(
      '2026-12-24T17:00:00.000Z 2026-12-27T05:00:00.000Z',
    );
  });

  const wrong = [
    ['0 0 * * 5', '`0 0 * * 5` is no window'],
    ['2026-12-20', '`2026-12-20` is no window'],
    ['2026-02-30/2026-03-02', '`2026-02-30` is no date of the calendar'],
    ['2026-02-20/soon', '`soon` is no date of the calendar'],
    ['2026-12-20/2027-01-02 Middle-earth', '`Middle-earth` is no time zone'],
    ['2026-12-20/2026-12-19', '`2026-12-20/2026-12-19` ends before it begins'],
  ] as const;
  test.each(wrong)('%s is refused', (text, message) => {
    expect(windowOf(text)).toBe(message);
  });
});
