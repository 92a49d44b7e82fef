// Families of v8 credentials built from what is there: what may change, what never does.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { compareFamilies, familyAt } from '../../../src/gateway/layout/effective.ts';
import type { Ownership } from '../../../src/domain/target.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';
import { mergeGroups } from '../../../src/plan/localise/merge-groups.ts';

const catalog = loadCatalog('v8');
const family = familyAt('api-keys.codex');
const field = catalog.at(['api-keys', 'codex']);
if (!family || !field) throw new Error('there is no family codex');

const built = (
  live: readonly Value[],
  declared: readonly Value[],
  ownership: Ownership = 'whole',
): readonly Value[] => mergeGroups({ family, field, live, declared, ownership, placed: () => false }).groups;

const group = (keys: readonly Tree[], more: Tree = {}): Tree => ({
  'base-url': 'https://c.example',
  ...more,
  keys,
});
const k = (name: string, more: Tree = {}): Tree => ({ 'api-key': `sk-test-${name}`, ...more });

describe('a family', () => {
  test('keeps every group as it is where only the grouping differs', () => {
    const live = [group([k('a'), k('b', { priority: null })], { priority: 2 }), group([], { name: 'empty' })];
    const declared = [group([k('b')], { priority: 2 }), group([k('a', { priority: 2 })])];
    built(live, declared).forEach((one, i) => expect(one).toBe(live[i]));
  });

  test('sets an inherited member on the one key that needs it', () => {
    const live = [group([k('a'), k('b')], { priority: 2 })];
    expect(built(live, [group([k('a', { priority: 5 }), k('b', { priority: 2 })])])).toEqual([
      group([k('a', { priority: 5 }), k('b')], { priority: 2 }),
    ]);
  });

  test('overrides by zero what one key must not inherit, and moves it out where zero is a value', () => {
    const live = [group([k('a'), k('b')], { prefix: 'team', 'disable-cooling': true })];
    const declared = [group([k('a'), k('b', { prefix: 'team', 'disable-cooling': true })])];
    expect(built(live, declared)).toEqual([
      group([k('b')], { prefix: 'team', 'disable-cooling': true }),
      { ...group([k('a')]), name: 'codex-2' },
    ]);
    expect(
      built([group([k('a'), k('b')], { prefix: 'team' })], [group([k('a'), k('b', { prefix: 'team' })])]),
    ).toEqual([group([k('a', { prefix: '' }), k('b')], { prefix: 'team' })]);
  });

  test.each([
    ['the group has the same from now on', { priority: 5 }, 0, [k('a'), k('b')], { priority: 0 }],
    ['the group has it already', { priority: 7 }, 7, [k('a'), k('b')], { priority: 7 }],
  ])('removes a member from the key that overrode it, where %s', (_, before, value, keys, after) => {
    const live = [group([k('a'), k('b', { priority: 3 })], before)];
    expect(built(live, [group([k('a'), k('b')], { priority: value })])).toEqual([group(keys, after)]);
  });

  describe('a key that was in a group', () => {
    const returned = (live: readonly Value[], declared: readonly Value[]): readonly Value[] =>
      mergeGroups({
        family,
        field,
        live,
        declared,
        ownership: 'whole',
        placed: () => false,
        wasIn: (at, key) => at === 0 && key['api-key'] === 'sk-test-b',
      }).groups;
    const live = [group([k('a')], { prefix: 'team', name: 'first' })];

    test('returns to it', () => {
      expect(returned(live, [group([k('a'), k('b')], { prefix: 'team' })])).toEqual([
        group([k('a'), k('b')], { prefix: 'team', name: 'first' }),
      ]);
    });

    test('returns to that one where the declared group says the same in another way', () => {
      const other = group([k('c')], { prefix: 'team', name: 'other' });
      const each = { prefix: 'team', priority: 3 };
      const declared = [
        group([k('a', { prefix: 'team' }), k('b', each)]),
        group([k('c')], { prefix: 'team' }),
      ];
      expect(returned([...live, other], declared)).toEqual([
        group([k('a'), k('b', { priority: 3 })], { prefix: 'team', name: 'first' }),
        other,
      ]);
    });

    test('keeps what it sets itself', () => {
      expect(returned(live, [group([k('a'), k('b', { priority: 3 })], { prefix: 'team' })])).toEqual([
        group([k('a'), k('b', { priority: 3 })], { prefix: 'team', name: 'first' }),
      ]);
    });

    test('gets a group of its own if the group would give it what it does not declare', () => {
      expect(returned(live, [group([k('a')], { prefix: 'team' }), group([k('b')])])).toEqual([
        live[0],
        { ...group([k('b')]), name: 'codex-2' },
      ]);
    });
  });

  test('takes a group away with its last key, never an empty one', () => {
    const live = [group([k('a')]), group([], { name: 'empty' }), group([k('b')])];
    expect(built(live, [group([k('b')])])).toEqual([live[1], live[2]]);
  });

  test.each<[given: string, name: Value, expected: string]>([
    ['its own', 'mine', 'mine'],
    ['one of its number if it has an empty one', '', 'codex-2'],
    ['one of its number if it has none', null, 'codex-2'],
  ])('gives a new group a name: %s', (_, name, expected) => {
    const added = { ...group([k('b')], { 'base-url': 'https://d.example' }), name };
    expect(built([group([k('a')])], [group([k('a')]), added])).toEqual([
      group([k('a')]),
      { ...added, name: expected },
    ]);
  });

  test('leaves the keys of others alone, and their group', () => {
    const live = [group([k('a'), k('stranger')], { priority: 2 })];
    expect(built(live, [group([k('a', { priority: 7 })])], 'entries')).toEqual([
      group([k('a', { priority: 7 }), k('stranger')], { priority: 2 }),
    ]);
  });

  const entry = fc.record(
    {
      priority: fc.integer({ min: 0, max: 2 }),
      prefix: fc.constantFrom('', 'x'),
      'disable-cooling': fc.boolean(),
      websockets: fc.boolean(),
      headers: fc.constantFrom({}, { A: '1' }),
    },
    { requiredKeys: [] },
  );
  const shared = fc.record(
    {
      priority: fc.integer({ min: 0, max: 2 }),
      prefix: fc.constantFrom('', 'x'),
      'disable-cooling': fc.boolean(),
    },
    { requiredKeys: [] },
  );
  const groupsOf = (names: readonly string[]): fc.Arbitrary<readonly Tree[]> =>
    fc
      .tuple(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 2 }), entry), {
          minLength: names.length,
          maxLength: names.length,
        }),
        fc.tuple(shared, shared, shared),
        fc.array(fc.boolean(), { minLength: names.length, maxLength: names.length }),
      )
      .map(([members, common, there]) =>
        common.map((more, at) =>
          group(
            names.flatMap((name, i) =>
              members[i]?.[0] === at && there[i] ? [k(name, members[i]?.[1] as Tree)] : [],
            ),
            more as Tree,
          ),
        ),
      );

  test('always results in the declared effective entries, and building again changes nothing', () => {
    const names = ['a', 'b', 'c', 'd'];
    fc.assert(
      fc.property(groupsOf(names), groupsOf(names), (live, declared) => {
        const once = built(live, declared);
        expect(compareFamilies(catalog, 'api-keys.codex', once, declared).same).toBe(true);
        const twice = built(once, declared);
        expect(twice).toHaveLength(once.length);
        twice.forEach((one, i) => expect(one).toBe(once[i]));
      }),
      { numRuns: 300 },
    );
  });
});
