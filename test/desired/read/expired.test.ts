// Client keys with an end: when they count, when they are announced, and that nothing else of the files changes.
import { describe, expect, test } from '@jest/globals';
import { isOverAt, withoutExpired } from '../../../src/desired/read/expired.ts';
import type { NamedKey } from '../../../src/domain/named-key.ts';
import { seal } from '../../../src/domain/secret.ts';
import { type LocatedMap, valueOf } from '../../../src/yaml/located.ts';
import { readYaml } from '../../../src/yaml/strict.ts';

const DAY = 86_400_000;
const NOW = Date.UTC(2026, 10, 30);

const named = (name: string, key: string, expires?: number): NamedKey => ({
  kind: 'client',
  name,
  key: { secret: seal(key) },
  position: { file: 'holdfast.yaml', line: 1, column: 1 },
  ...(expires !== undefined && { expires }),
});

function read(text: string): LocatedMap {
  const { root } = readYaml(text, 'a.yaml');
  if (!root) throw new Error('no mapping');
  return root;
}

const KEYS = 'api-keys: [sk-test-0001, sk-test-0002, { odd: 1 }]\ndebug: true\n';
const left = (keys: readonly NamedKey[], text = KEYS, layout: 'legacy' | 'v8' = 'legacy') => {
  const root = read(text);
  const { root: now, problems } = withoutExpired(
    root,
    layout,
    { digestKey: seal('digest'), named: keys },
    NOW,
  );
  return {
    isSame: now === root,
    tree: valueOf(now),
    told: problems.map(({ code, message }) => `${code} ${message}`),
  };
};

describe('a client key', () => {
  test.each<[what: string, expires: number | undefined, code: string | undefined, isLeft: boolean]>([
    ['without an end', undefined, undefined, true],
    ['that ends in eight days', NOW + 8 * DAY, undefined, true],
    ['that ends in seven days', NOW + 7 * DAY, 'HF2111', true],
    ['that ends in a moment', NOW + 1, 'HF2111', true],
    ['that ends now', NOW, 'HF2110', false],
    ['that ended', NOW - DAY, 'HF2110', false],
  ])('%s', (_, expires, code, isLeft) => {
    const { isSame, tree, told } = left([named('laptop', 'sk-test-0002', expires)]);
    expect(told.map((text) => text.slice(0, 6))).toEqual(code ? [code] : []);
    expect(isSame).toBe(isLeft);
    expect(tree).toEqual({
      'api-keys': isLeft ? ['sk-test-0001', 'sk-test-0002', { odd: 1 }] : ['sk-test-0001', { odd: 1 }],
      debug: true,
    });
    expect(
      isOverAt(
        { digestKey: seal('digest'), named: [named('laptop', 'sk-test-0002', expires)] },
        NOW,
      )('sk-test-0002'),
    ).toBe(!isLeft);
  });

  test('is told by its name, with the days that are left', () => {
    expect(left([named('laptop', 'sk-test-0001', NOW + 3 * DAY - 1)]).told).toEqual([
      'HF2111 client key "laptop" expires in 3 days, at 2026-12-02 23:59:59 UTC',
    ]);
    expect(left([named('laptop', 'sk-test-0001', NOW + DAY)]).told).toEqual([
      'HF2111 client key "laptop" expires within a day, at 2026-12-01 00:00:00 UTC',
    ]);
  });

  test('in the other layout, or in no list', () => {
    const over = [named('laptop', 'sk-test-0001', NOW)];
    const v8 = left(over, 'config-version: 8\naccess: { api-keys: [sk-test-0001, sk-test-0003] }\n', 'v8');
    expect(v8.tree).toEqual({ 'config-version': 8, access: { 'api-keys': ['sk-test-0003'] } });
    for (const text of ['debug: true\n', 'api-keys: sk-test-0001\n', 'api-keys: {}\n'])
      expect(left(over, text)).toMatchObject({ isSame: true, told: [] });
    expect(left(over, 'access: []\n', 'v8').isSame).toBe(true);
  });
});
