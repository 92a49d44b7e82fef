import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { loadCatalog } from '../../../../src/gateway/catalog/catalog.ts';
import { formatPath } from '../../../../src/domain/path.ts';
import type { Tree } from '../../../../src/lib/value.ts';
import { sameMeaning, threeWay } from '../../../../src/plan/route/rollback/three-way.ts';

const catalog = loadCatalog('legacy');
const same = (a: Tree, b: Tree): boolean => sameMeaning(catalog.root, a, b, catalog);
const judge = (before: Tree, ours: Tree, now: Tree) => threeWay(catalog, { before, ours, now });
const foreignIn = (before: Tree, ours: Tree, now: Tree): string[] =>
  judge(before, ours, now).foreign.map(({ path }) => formatPath(path));

const provider = (name: string, more: Tree = {}): Tree => ({
  name,
  'base-url': `https://${name}.example`,
  ...more,
});
const providers = (...entries: readonly Tree[]): Tree => ({ 'openai-compatibility': entries });

const secretKey = (text: string): Tree => ({ 'remote-management': { 'secret-key': text } });
const [HASH_BEFORE, HASH_OURS, HASH_NOW] = ['a', 'b', 'c'].map((letter) => `$2a$10$${letter.repeat(53)}`) as [
  string,
  string,
  string,
]; // of three letters

interface Row {
  readonly name: string;
  readonly before: Tree;
  readonly ours: Tree;
  readonly now: Tree;
  readonly without: Tree;
  readonly foreign: readonly string[];
}

const TABLE: readonly Row[] = [
  {
    name: 'a value that is neither stays',
    before: { 'request-retry': 1 },
    ours: { 'request-retry': 4 },
    now: { 'request-retry': 9 },
    without: { 'request-retry': 9 },
    foreign: ['request-retry'],
  },
  {
    name: 'a key that others add to a set stays, ours goes, the one that we removed returns to its place',
    before: { 'api-keys': ['a', 'b', 'c'] },
    ours: { 'api-keys': ['a', 'c', 'ours'] },
    now: { 'api-keys': ['a', 'c', 'ours', 'theirs'] },
    without: { 'api-keys': ['a', 'b', 'c', 'theirs'] },
    foreign: ['api-keys[theirs]'],
  },
  {
    name: 'a key that others remove stays away',
    before: { 'api-keys': ['a', 'b'] },
    ours: { 'api-keys': ['a', 'b', 'ours'] },
    now: { 'api-keys': ['b', 'ours'] },
    without: { 'api-keys': ['b'] },
    foreign: ['api-keys[a]'],
  },
  {
    name: 'a model that others add to an entry that we changed stays',
    before: providers(provider('p', { prefix: 'x', models: [{ name: 'm', alias: '' }] })),
    ours: providers(provider('p', { prefix: 'y', models: [{ name: 'm', alias: '' }] })),
    now: providers(
      provider('p', {
        prefix: 'y',
        models: [
          { name: 'm', alias: '' },
          { name: 'n', alias: '' },
        ],
      }),
    ),
    without: providers(
      provider('p', {
        prefix: 'x',
        models: [
          { name: 'm', alias: '' },
          { name: 'n', alias: '' },
        ],
      }),
    ),
    foreign: ['openai-compatibility[p].models[n]'],
  },
  {
    name: 'an entry that we added and others changed is no longer as we made it',
    before: providers(provider('p')),
    ours: providers(provider('p'), provider('q')),
    now: providers(provider('p'), provider('q', { prefix: 'theirs' })),
    without: providers(provider('p'), provider('q', { prefix: 'theirs' })),
    foreign: ['openai-compatibility[q]'],
  },
  {
    name: 'an entry that we renamed goes back, with what others added to it',
    before: providers(provider('p', { prefix: 'x' })),
    ours: providers({ ...provider('p', { prefix: 'x' }), name: 'renamed' }),
    now: providers({ ...provider('p', { prefix: 'x', headers: { 'X-A': '1' } }), name: 'renamed' }),
    without: providers(provider('p', { prefix: 'x', headers: { 'X-A': '1' } })),
    foreign: ['openai-compatibility[p].headers.X-A'],
  },
  {
    name: 'a header that others add beside ours stays',
    before: providers(provider('p', { headers: { 'X-A': '1' } })),
    ours: providers(provider('p', { headers: { 'X-A': '2' } })),
    now: providers(provider('p', { headers: { 'X-A': '2', 'X-B': 'theirs' } })),
    without: providers(provider('p', { headers: { 'X-A': '1', 'X-B': 'theirs' } })),
    foreign: ['openai-compatibility[p].headers.X-B'],
  },
  {
    name: 'an OAuth channel of theirs stays, a plugin setting of ours goes back',
    before: { plugins: { configs: { demo: { limit: 5 } } } },
    ours: { plugins: { configs: { demo: { limit: 6 } } } },
    now: {
      plugins: { configs: { demo: { limit: 6, colour: 'red' } } },
      'oauth-excluded-models': { codex: ['m'] },
    },
    without: {
      plugins: { configs: { demo: { limit: 5, colour: 'red' } } },
      'oauth-excluded-models': { codex: ['m'] },
    },
    foreign: ['plugins.configs.demo.colour', 'oauth-excluded-models.codex[m]'],
  },
  {
    name: 'a secret that we set goes back: the gateway stores another hash each time',
    before: secretKey(HASH_BEFORE),
    ours: secretKey(HASH_OURS),
    now: secretKey(HASH_NOW),
    without: secretKey(HASH_BEFORE),
    foreign: [],
  },
  {
    name: 'a secret that we never changed is as it was',
    before: secretKey(HASH_BEFORE),
    ours: secretKey(HASH_OURS),
    now: secretKey(HASH_BEFORE),
    without: secretKey(HASH_BEFORE),
    foreign: [],
  },
  {
    name: 'a secret in plain text is of others: the gateway would have hashed ours',
    before: secretKey(HASH_BEFORE),
    ours: secretKey(HASH_OURS),
    now: secretKey('sk-test-theirs'),
    without: secretKey('sk-test-theirs'),
    foreign: ['remote-management.secret-key'],
  },
];

describe('by three values', () => {
  test.each(TABLE)('$name', ({ before, ours, now, without, foreign }) => {
    expect(judge(before, ours, now).without).toEqual(without);
    expect(foreignIn(before, ours, now).toSorted()).toEqual([...foreign].toSorted());
  });

  const value = fc.record(
    {
      'request-retry': fc.integer({ min: 1, max: 4 }),
      'max-retry-interval': fc.integer({ min: 1, max: 4 }),
      'api-keys': fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 4 }),
      'a-future-key': fc.integer({ min: 1, max: 3 }),
      'openai-compatibility': fc.uniqueArray(
        fc.record(
          {
            name: fc.constantFrom('p', 'q', 'r'),
            'base-url': fc.constantFrom('https://one.example', 'https://two.example'),
            prefix: fc.constantFrom('x', 'y'),
            headers: fc.dictionary(fc.constantFrom('X-A', 'X-B'), fc.constantFrom('1', '2')),
          },
          { requiredKeys: ['name', 'base-url'] },
        ),
        { selector: ({ name }) => name, maxLength: 3 },
      ),
    },
    { requiredKeys: [] },
  );

  test('what nobody else changed returns to its previous value', () => {
    fc.assert(
      fc.property(value, value, (before, ours) => {
        const found = judge(before, ours, ours);
        expect(found.foreign).toEqual([]);
        expect(same(found.without, before)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('where nothing of ours is in force, everything stays', () => {
    fc.assert(
      fc.property(value, value, (before, ours) => {
        const found = judge(before, ours, before);
        expect([found.foreign, found.inForce]).toEqual([[], []]);
        expect(same(found.without, before)).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  test('without writes of ours, everything is as it is now', () => {
    fc.assert(
      fc.property(value, value, (before, now) => {
        const found = judge(before, before, now);
        expect(found.inForce).toEqual([]);
        expect(found.without).toEqual(now);
        expect(found.foreign.length === 0).toBe(same(before, now));
      }),
      { numRuns: 300 },
    );
  });

  test('a leaf that is neither is kept and named', () => {
    fc.assert(
      fc.property(value, value, value, (before, ours, now) => {
        const found = judge(before, ours, now);
        for (const name of ['request-retry', 'max-retry-interval', 'a-future-key'] as const) {
          const isOther = now[name] !== before[name] && now[name] !== ours[name];
          expect(found.foreign.some(({ path }) => formatPath(path) === name)).toBe(isOther);
          if (isOther) expect(found.without[name]).toBe(now[name]);
        }
        for (const key of now['api-keys'] ?? [])
          if (!before['api-keys']?.includes(key) && !ours['api-keys']?.includes(key))
            expect(found.without['api-keys']).toContain(key);
      }),
      { numRuns: 300 },
    );
  });
});

describe('entries with keys that the catalog does not know', () => {
  const [strange, other] = [provider('a', { strange: 1 }), provider('a', { strange: 2 })];

  test.each<[what: string, a: Tree, b: Tree, same: boolean]>([
    ['the same', providers(strange), providers({ ...strange, priority: 0 }), true],
    ['another value', providers(strange), providers(other), false],
    ['one more', providers(strange), providers(strange, provider('b')), false],
    ['no list', providers(strange), { 'openai-compatibility': 'none' }, false],
    ['an empty list and nothing', providers(), {}, true],
  ])('%s', (_, a, b, expected) => {
    expect(same(a, b)).toBe(expected);
    expect(same(b, a)).toBe(expected);
  });
});
