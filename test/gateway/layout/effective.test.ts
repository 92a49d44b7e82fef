import { describe, expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import {
  compareFamilies,
  effectiveEntries,
  effectiveField,
  familyAt,
} from '../../../src/gateway/layout/effective.ts';
import { normaliseAt } from '../../../src/gateway/model/normalise.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';

const v8 = loadCatalog('v8');
const URL = 'https://c.example/v1';

const entriesOf = (family: string, groups: Value): readonly Tree[] => {
  const known = familyAt(`api-keys.${family}`);
  if (!known) throw new Error(`there is no family ${family}`);
  return effectiveEntries(groups, known).map(({ entry }) => entry);
};
const compare = (family: string, a: Value, b: Value) => compareFamilies(v8, `api-keys.${family}`, a, b);

describe('effective entries', () => {
  test('inherit from the group, unless the key overrides it', () => {
    expect(
      entriesOf('codex', [
        {
          name: 'shared',
          'base-url': URL,
          prefix: 'team',
          'request-retry': 3,
          headers: { 'X-A': 'a', 'X-B': 'b' },
          keys: [
            { 'api-key': 'sk-test-0001' },
            { 'api-key': 'sk-test-0002', prefix: null, 'request-retry': 0, headers: { 'X-C': 'c' } },
            { 'api-key': 'sk-test-0003', prefix: '', headers: {} },
          ],
        },
        { 'base-url': URL, keys: [] },
      ]),
    ).toEqual([
      {
        'api-key': 'sk-test-0001',
        'base-url': URL,
        prefix: 'team',
        'request-retry': 3,
        headers: { 'X-A': 'a', 'X-B': 'b' },
      },
      {
        'api-key': 'sk-test-0002',
        'base-url': URL,
        prefix: 'team',
        'request-retry': 0,
        headers: { 'X-C': 'c' },
      },
      { 'api-key': 'sk-test-0003', 'base-url': URL, prefix: '', 'request-retry': 3, headers: {} },
    ]);
  });

  test('know where each member was given', () => {
    const family = familyAt('api-keys.codex');
    if (!family) throw new Error('there is no such family');
    const [first] = effectiveEntries(
      [{ 'base-url': URL, prefix: 'a', keys: [{ 'api-key': 'sk-test-0001', prefix: 'b' }] }],
      family,
    );
    expect(Object.fromEntries(first?.members ?? [])).toEqual({
      'api-key': [0, 'keys', 0, 'api-key'],
      prefix: [0, 'keys', 0, 'prefix'],
      'base-url': [0, 'base-url'],
    });
  });

  test('of an OpenAI-compatible provider are the provider itself', () => {
    const provider = { name: 'a', 'base-url': URL, keys: [{ 'api-key': 'sk-test-0001' }] };
    const { keys, ...rest } = provider;
    expect(entriesOf('openai-compatibility', [provider])).toEqual([{ ...rest, 'api-key-entries': keys }]);
  });
});

describe('the comparison of families', () => {
  const shared = [
    {
      name: 'both',
      'base-url': URL,
      prefix: 'a',
      keys: [{ 'api-key': 'sk-test-0001' }, { 'api-key': 'sk-test-0002', prefix: 'b' }],
    },
  ];
  const apart = [
    { 'base-url': URL, prefix: 'a', keys: [{ 'api-key': 'sk-test-0001' }] },
    { 'base-url': URL, keys: [] },
    { 'base-url': URL, prefix: 'b', keys: [{ 'api-key': 'sk-test-0002' }] },
  ];

  test('finds no difference in regrouping, names and empty groups', () => {
    expect(compare('codex', shared, apart)).toEqual({ same: true, sameOrder: true });
  });

  test('distinguishes another order from other content', () => {
    expect(compare('codex', apart.toReversed(), shared)).toEqual({ same: true, sameOrder: false });
    expect(compare('codex', apart.slice(1), shared)).toEqual({ same: false, sameOrder: false });
  });

  test('counts equal entries', () => {
    const one = { 'base-url': URL, keys: [{ 'api-key': 'sk-test-0001' }] };
    expect(compare('codex', [one, one], [one]).same).toBe(false);
    expect(compare('codex', [one, one], [{ ...one, keys: [...one.keys, ...one.keys] }]).same).toBe(true);
  });

  test('an explicit zero overrides the group and then means what it means in the flat layout', () => {
    const of = (key: Tree, group: Tree = {}): Value => [
      { 'base-url': URL, ...group, keys: [{ 'api-key': 'sk-test-0001', ...key }] },
    ];
    expect(compare('codex', of({ priority: 0 }, { priority: 5 }), of({})).same).toBe(true);
    expect(compare('codex', of({}, { priority: 5 }), of({})).same).toBe(false);
    expect(compare('codex', of({ priority: null }, { priority: 5 }), of({ priority: 5 })).same).toBe(true);
  });

  test('pointer members keep absent apart from false and 0', () => {
    const of = (key: Tree): Value => [{ 'base-url': URL, keys: [{ 'api-key': 'sk-test-0001', ...key }] }];
    for (const member of [{ 'disable-cooling': false }, { 'request-retry': 0 }, { weight: 0 }])
      expect([member, compare('codex', of(member), of({})).same]).toEqual([member, false]);
    const claude = (cloak: Tree): Value => [{ keys: [{ 'api-key': 'sk-test-0001', cloak }] }];
    expect(compare('claude', claude({ 'cache-user-id': false }), claude({})).same).toBe(false);
  });

  test('values are those of the gateway', () => {
    const of = (prefix: string): Value => [
      { 'base-url': URL, prefix, keys: [{ 'api-key': 'sk-test-0001' }] },
    ];
    expect(compare('codex', of('/team/'), of('team')).same).toBe(true);
  });

  test('what the gateway drops is known for every family', () => {
    const dropped = (family: string, groups: Value): readonly string[] => {
      const field = v8.at(['api-keys', family]);
      if (!field) throw new Error('no such family');
      return normaliseAt(effectiveField(field), entriesOf(family, groups)).dropped.map(
        ({ reason }) => reason,
      );
    };
    expect(dropped('codex', [{ keys: [{ 'api-key': 'sk-test-0001' }] }])).toHaveLength(1);
    expect(dropped('meta', [{ keys: [{}] }])).toHaveLength(1);
    expect(dropped('gemini', [{ keys: [{ 'api-key': 'a' }, { 'api-key': 'a' }] }])).toHaveLength(1);
    expect(dropped('openai-compatibility', [{ name: 'a', keys: [] }])).toHaveLength(1);
    expect(dropped('claude', [{ keys: [{ 'api-key': 'a' }] }])).toEqual([]);
  });
});
