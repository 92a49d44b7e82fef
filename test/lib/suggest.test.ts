// What counts as near enough to be suggested.
import { expect, test } from '@jest/globals';
import { nearest } from '../../src/lib/suggest.ts';

test('letters in another order and names cut short are near, strangers are not', () => {
  expect(nearest('ulr', ['name', 'url', 'key'])).toBe('url');
  expect(nearest('strat', ['strategy', 'retry'])).toBe('strategy');
  expect(nearest('xyz', ['strategy', 'url'])).toBeUndefined();
});
