import { createHmac } from 'node:crypto';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { earlierSecrets } from '../../src/compose/secrets/earlier-secrets.ts';
import type { HashedSecrets } from '../../src/desired/read/origins.ts';

const TEXTS = ['sk-test-0001', 'sk-test-0002', 'sk-test-0003', 'sk-test-0004'] as const;

const hashOfKey =
  (key: string) =>
  (text: string): string =>
    createHmac('sha256', key).update(text).digest('hex');

const hashed = (texts: readonly string[], key = 'a'): HashedSecrets => ({
  hashes: texts.map(hashOfKey(key)),
  hashOf: hashOfKey(key),
});

describe('secrets of earlier runs', () => {
  test('are those that each name learnt last, under whichever key', () => {
    const learnt = fc.record({
      name: fc.constantFrom('home', 'office', 'lab'),
      texts: fc.subarray([...TEXTS]),
      key: fc.constantFrom('a', 'b'),
    });
    fc.assert(
      fc.property(fc.array(learnt), (steps) => {
        const { learn, knows, isEmpty } = earlierSecrets();
        const last = new Map<string, readonly string[]>();
        for (const { name, texts, key } of steps) {
          learn(name, hashed(texts, key));
          last.set(name, texts);
          const now = [...last.values()].flat();
          for (const text of TEXTS) expect(knows(text)).toBe(now.includes(text));
          expect(isEmpty()).toBe(now.length === 0);
        }
      }),
    );
  });

  test('cost one hash a token, however many targets have them', () => {
    const { learn, knows } = earlierSecrets();
    let hashes = 0;
    const counting = (text: string): string => {
      hashes += 1;
      return hashOfKey('a')(text);
    };
    for (let i = 0; i < 100; i += 1)
      learn(`gateway-${i}`, { hashes: [hashOfKey('a')(`sk-test-${i}`)], hashOf: counting });
    hashes = 0;
    expect(knows('sk-test-99')).toBe(true);
    expect(knows('sk-test-99')).toBe(true);
    expect(knows('sk-test-100')).toBe(false);
    expect(hashes).toBe(2);
  });
});
