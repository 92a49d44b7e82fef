import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { canonicalGoDuration, formatGoDuration, parseGoDuration } from '../../src/lib/go-duration.ts';

test.each([
  ['1h30m', 5_400_000_000_000, '1h30m0s'],
  ['60m', 3_600_000_000_000, '1h0m0s'],
  ['29m58s', 1_798_000_000_000, '29m58s'],
  ['-1.5s', -1_500_000_000, '-1.5s'],
  ['.5ms', 500_000, '500µs'],
  ['0', 0, '0s'],
])('%s is %d ns, which Go prints as %s', (text, ns, printed) => {
  expect(parseGoDuration(text)).toBe(ns);
  expect(canonicalGoDuration(text)).toBe(printed);
});

test.each(['', '5', '1d', '1h 30m', '9999999h'])('%j is none, and stays as it is', (text) => {
  expect(parseGoDuration(text)).toBeUndefined();
  expect(canonicalGoDuration(text)).toBe(text);
});

test('what is printed reads as the same length', () => {
  fc.assert(fc.property(fc.maxSafeInteger(), (ns) => expect(parseGoDuration(formatGoDuration(ns))).toBe(ns)));
});
