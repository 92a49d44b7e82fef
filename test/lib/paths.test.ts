import { describe, expect, test } from '@jest/globals';
import { isWithin, leadsUp } from '../../src/lib/paths.ts';

describe('a path', () => {
  test.each([
    ['/a/b', true],
    ['/a/b/c', true],
    ['/a/b/..c', true],
    ['/a/b/../b/c', true],
    ['/a', false],
    ['/a/bc', false],
    ['/a/b/../c', false],
    ['/', false],
  ])('is within /a/b, or not: %s', (path, expected) => {
    expect(isWithin(path, '/a/b')).toBe(expected);
  });

  test.each([
    ['..', true],
    ['../a', true],
    ['..a', false],
    ['...', false],
    ['a/..b', false],
    ['', false],
    ['.', false],
  ])('leads up, or not: "%s"', (way, expected) => {
    expect(leadsUp(way)).toBe(expected);
  });
});
