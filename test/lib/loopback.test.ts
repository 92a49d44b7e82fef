import { expect, test } from '@jest/globals';
import { isLoopback } from '../../src/lib/loopback.ts';

test.each([
  ['127.0.0.1', true],
  ['127.8.9.10', true],
  ['localhost', true],
  ['::1', true],
  ['[::1]', true],
  ['127.example.com', false],
  ['127.0.0.1.example.com', false],
  ['10.0.0.1', false],
  ['[::2]', false],
])('%s is this machine: %p', (host, expected) => {
  expect(isLoopback(host)).toBe(expected);
});
