// Keys of v8 groups by three values: how they are grouped makes no difference to what is whose.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { publicPath } from '../../../../src/apply/run/compare.ts';
import { formatPath } from '../../../../src/domain/path.ts';
import { loadCatalog } from '../../../../src/gateway/catalog/catalog.ts';
import { effectiveEntries, familyAt } from '../../../../src/gateway/layout/effective.ts';
import { isTree, type Tree, treeOf, type Value } from '../../../../src/lib/value.ts';
import { threeWay } from '../../../../src/plan/route/rollback/three-way.ts';

const catalog = loadCatalog('v8');
const BASE = 'https://codex.example/v1';
const codex = (...groups: readonly Tree[]): Tree => ({ 'api-keys': { codex: groups } });
const group = (name: string, keys: readonly Tree[], more: Tree = {}): Tree => ({
  name,
  'base-url': BASE,
  ...more,
  keys,
});
const K1 = { 'api-key': 'sk-test-1' };
const K2 = { 'api-key': 'sk-test-2' };

type Keys = Readonly<Record<string, Tree>>;

/** Each key with what it inherits. */
function keysIn(tree: Tree): Keys {
  const family = familyAt('api-keys.codex');
  if (!family) throw new Error('there is no such family');
  const groups = treeOf(tree['api-keys'])['codex'];
  return Object.fromEntries(
    effectiveEntries(groups, family).map(({ entry }) => {
      const isMember = ([name]: [string, Value]): boolean => name !== 'api-key' && name !== 'base-url';
      return [String(entry['api-key']), Object.fromEntries(Object.entries(entry).filter(isMember))];
    }),
  );
}

describe('a key that the gateway moves into a group of its own', () => {
  const before = codex(group('shared', [K1, K2], { prefix: 'team' }));
  const ours = codex(group('shared', [{ ...K1, prefix: 'ours' }, K2], { prefix: 'team' }));
  const now = codex(
    group('shared', [K1], { prefix: 'ours', headers: { 'X-Panel': 'yes' } }),
    group('codex-2', [K2], { prefix: 'team' }),
  );

  test('keeps what others set, and gets back what we changed', () => {
    const { without, inForce, foreign, missing } = threeWay(catalog, { before, ours, now });
    expect(keysIn(without)).toEqual({
      'sk-test-1': { prefix: 'team', headers: { 'X-Panel': 'yes' } },
      'sk-test-2': { prefix: 'team' },
    });
    expect(inForce).toHaveLength(1);
    expect(missing).toEqual([]);
    expect(foreign).toMatchObject([{ now: 'yes' }]);
  });

  test('is named without the key', () => {
    const [one] = threeWay(catalog, { before, ours, now }).foreign;
    expect(formatPath(publicPath(one?.path ?? [], catalog))).toBe('api-keys.codex.keys');
  });

  test('stays in its groups where nothing of ours is in force', () => {
    const theirs = codex(group('a', [{ ...K1, prefix: 'theirs' }]), group('b', [K2], { prefix: 'team' }));
    const found = threeWay(catalog, { before, ours, now: theirs });
    expect(found.without).toEqual(theirs);
    expect(found.inForce).toEqual([]);
  });

  test('returns after we removed it, next to entries of others', () => {
    const removed = codex(group('shared', [K2], { prefix: 'team' }));
    const theirs = codex(group('a', [{ 'api-key': 'sk-test-3' }]), group('shared', [K2], { prefix: 'team' }));
    const { without, foreign } = threeWay(catalog, { before, ours: removed, now: theirs });
    expect(keysIn(without)).toEqual({
      'sk-test-1': { prefix: 'team' },
      'sk-test-2': { prefix: 'team' },
      'sk-test-3': {},
    });
    expect(foreign).toHaveLength(1);
  });
});

// ── the law ──────────────────────────────────────────────────────────────────────────────────────────────────────

const NAMES = ['sk-test-1', 'sk-test-2', 'sk-test-3'];
const text = fc.constantFrom('a', 'b', 'c', 'd');
const members = fc.record(
  { prefix: text, 'proxy-url': text, priority: fc.integer({ min: 1, max: 9 }) },
  { requiredKeys: [] },
);
/** By key. */
const keys = fc
  .tuple(members, members, members)
  .map((all): Keys => Object.fromEntries(NAMES.map((name, i) => [name, all[i] ?? {}])));
/** The group of each key. */
const grouping = fc.array(fc.nat(2), { minLength: 3, maxLength: 3 });

/** Groups that say of their keys what all of them have. */
function grouped(all: Keys, places: readonly number[]): Tree {
  const groups = Map.groupBy(NAMES, (_, i) => places[i] ?? 0);
  return codex(
    ...[...groups].map(([place, names]) => {
      const own = names.map((name) => all[name] ?? {});
      const shared = Object.entries(own[0] ?? {}).filter(([member, value]) =>
        own.every((one) => one[member] === value),
      );
      const rest = (one: Tree): Tree =>
        Object.fromEntries(
          Object.entries(one).filter(([member]) => !shared.some(([name]) => name === member)),
        );
      const listed = names.map((name, i) => ({ 'api-key': name, ...rest(own[i] ?? {}) }));
      return group(`g${place}`, listed, Object.fromEntries(shared));
    }),
  );
}

const taken = (
  before: Value | undefined,
  ours: Value | undefined,
  now: Value | undefined,
): Value | undefined => (now === ours ? before : now);

/** What the law requires, member by member. */
function expected(before: Keys, ours: Keys, now: Keys): Keys {
  return Object.fromEntries(
    NAMES.map((name) => {
      const three = [before, ours, now].map((keys) => keys[name] ?? {});
      const all = ['prefix', 'proxy-url', 'priority'].flatMap((member): [string, Value][] => {
        const value = taken(three[0]?.[member], three[1]?.[member], three[2]?.[member]);
        return value === undefined ? [] : [[member, value]];
      });
      return [name, Object.fromEntries(all)];
    }),
  );
}

/** An explicit zero overrides a group and means nothing to the gateway. */
const withoutZeros = (all: Keys): Keys =>
  Object.fromEntries(
    Object.entries(all).map(([name, one]) => [
      name,
      Object.fromEntries(
        Object.entries(one).filter(([, value]) => value !== '' && value !== 0 && !isTree(value)),
      ),
    ]),
  );

test('whatever the groups, every member of every key is judged separately', () => {
  fc.assert(
    fc.property(fc.tuple(keys, keys, keys), fc.tuple(grouping, grouping, grouping), (versions, places) => {
      const [before, ours, now] = versions.map((all, i) => grouped(all, places[i] ?? [])) as [
        Tree,
        Tree,
        Tree,
      ];
      const { without } = threeWay(catalog, { before, ours, now });
      expect(withoutZeros(keysIn(without))).toEqual(expected(...versions));
    }),
    { numRuns: 500 },
  );
});
