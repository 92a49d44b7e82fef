import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { offsetOf } from '../../../src/daemon/core/spread.ts';

const MINUTE = 60_000;

describe('the time of a check within the interval', () => {
  test('is the same for the same name, and before the next tick', () => {
    fc.assert(
      fc.property(fc.string(), fc.nat(100_000), fc.nat(24 * 60 * MINUTE), (name, targets, everyMs) => {
        const offset = offsetOf(name, targets, everyMs);
        expect(offset).toBe(offsetOf(name, targets, everyMs));
        expect(offset).toBeGreaterThanOrEqual(0);
        expect(offset).toBeLessThanOrEqual(everyMs);
      }),
    );
  });

  test('fills the interval evenly', () => {
    const names = Array.from({ length: 1000 }, (_, i) => `gateway-${i}`);
    const tenths = names.map((name) => Math.floor((offsetOf(name, 1000, MINUTE) / (0.9 * MINUTE)) * 10));
    for (let tenth = 0; tenth < 10; tenth += 1) {
      const count = tenths.filter((one) => one === tenth).length;
      expect(count).toBeGreaterThan(60);
      expect(count).toBeLessThan(140);
    }
  });

  test('takes no longer than the checks do, if the interval is long', () => {
    const names = Array.from({ length: 50 }, (_, i) => `gateway-${i}`);
    const last = Math.max(...names.map((name) => offsetOf(name, 50, 24 * 60 * MINUTE)));
    expect(last).toBeLessThan(50 * 60);
  });
});
