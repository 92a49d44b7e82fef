import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { stringify } from 'yaml';
import { mergeFiles, mergeLayers } from '../../../src/desired/read/merge.ts';
import { type LocatedMap, valueOf } from '../../../src/yaml/located.ts';
import { readYaml } from '../../../src/yaml/strict.ts';
import { catalog, directory, load, oneLine, treeOf } from '../setup.ts';

function located(value: unknown, file = 'a.yaml'): LocatedMap {
  const { root } = readYaml(stringify(value), file);
  return root ?? { kind: 'map', members: new Map(), position: { file, line: 1, column: 1 } };
}

const layered = (...values: unknown[]): unknown =>
  valueOf(
    mergeLayers(
      values.map((value) => located(value)),
      catalog,
    ).root,
  );

describe('layers', () => {
  const base = {
    debug: true,
    'api-keys': ['a', 'b'],
    routing: { strategy: 'round-robin', 'session-affinity': true },
    'openai-compatibility': [
      { name: 'one', 'base-url': 'u1', models: [{ name: 'm', alias: 'x' }] },
      { name: 'two', 'base-url': 'u2' },
    ],
  };

  test('scalars and plain lists replace, mappings merge', () => {
    const over = { debug: false, 'api-keys': ['c'], routing: { strategy: 'fill-first' } };
    expect(layered(base, over)).toMatchObject({
      debug: false,
      'api-keys': ['c'],
      routing: { strategy: 'fill-first', 'session-affinity': true },
    });
  });

  test('keyed lists merge by identity: an entry is overridden, added or dropped', () => {
    const over = {
      'openai-compatibility': [
        { name: 'one', priority: 3, models: [{ name: 'n', alias: 'y' }] },
        { name: 'two', $remove: true },
        { name: 'three', 'base-url': 'u3' },
      ],
    };
    expect(layered(base, over)).toMatchObject({
      'openai-compatibility': [
        {
          name: 'one',
          'base-url': 'u1',
          priority: 3,
          models: [
            { name: 'm', alias: 'x' },
            { name: 'n', alias: 'y' },
          ],
        },
        { name: 'three', 'base-url': 'u3' },
      ],
    });
  });

  test('a key is dropped by $remove, and becomes undeclared', () => {
    expect(layered(base, { routing: { $remove: true }, debug: { $remove: true } })).toEqual({
      'api-keys': base['api-keys'],
      'openai-compatibility': base['openai-compatibility'],
    });
  });

  test('an entry is found by the identity members it gives, when they leave no doubt', () => {
    const keys = { 'gemini-api-key': [{ 'api-key': 'k', 'base-url': 'u' }, { 'api-key': 'l' }] };
    expect(layered(keys, { 'gemini-api-key': [{ 'api-key': 'k', prefix: 'p' }] })).toEqual({
      'gemini-api-key': [{ 'api-key': 'k', 'base-url': 'u', prefix: 'p' }, { 'api-key': 'l' }],
    });
  });

  test('[] and {} say "must be empty", in an overlay too', () => {
    expect(layered(base, { 'openai-compatibility': [], routing: {} })).toMatchObject({
      'openai-compatibility': [],
      routing: {},
    });
  });

  test('problems name what an overlay got wrong', async () => {
    const dir = directory({
      'base/a.yaml': 'gemini-api-key:\n  - { api-key: k, base-url: u }\n  - { api-key: k, base-url: v }\n',
      'over/b.yaml':
        'gemini-api-key:\n  - { api-key: k, prefix: p }\n  - { api-key: gone, $remove: true }\nrouting: { $remove: true }\n',
    });
    const { problems } = await load(dir, { layers: ['base', 'over'] });
    const errors = problems.filter(({ severity }) => severity === 'error');
    expect(errors.map(oneLine)).toEqual([
      'over/b.yaml:2:5 HF2042 This entry of `gemini-api-key` matches 2 entries of lower layers',
      'over/b.yaml:3:5 HF2041 No lower layer declares what `$remove` should drop at `gemini-api-key`',
      'over/b.yaml:4:1 HF2041 No lower layer declares what `$remove` should drop at `routing`',
    ]);
  });

  test('each value keeps the place it came from', async () => {
    const dir = directory({
      'base/a.yaml': 'openai-compatibility:\n  - name: one\n    base-url: u1\n',
      'over/b.yaml': '\n\nopenai-compatibility:\n  - name: one\n    priority: 3\n',
    });
    const loaded = await load(dir, { layers: ['base', 'over'] });
    const at = (pointer: string): string => {
      const position = loaded.desired?.positions.get(pointer);
      return `${position?.file}:${position?.line}`;
    };
    expect(treeOf(loaded)).toEqual({
      'openai-compatibility': [{ name: 'one', 'base-url': 'u1', priority: 3 }],
    });
    expect(at('/openai-compatibility/0/base-url')).toBe('base/a.yaml:3');
    expect(at('/openai-compatibility/0/priority')).toBe('over/b.yaml:5');
  });
});

describe('laws of merging', () => {
  const name = fc.constantFrom('a', 'b', 'c', 'd');
  const provider = fc.record(
    {
      name,
      'base-url': fc.constantFrom('u', 'v'),
      priority: fc.integer({ min: 0, max: 9 }),
      headers: fc.dictionary(fc.constantFrom('X', 'Y'), fc.constantFrom('1', '2'), { minKeys: 1 }),
    },
    { requiredKeys: ['name'] },
  );
  const layer = fc.record(
    {
      debug: fc.boolean(),
      'request-retry': fc.nat(9),
      'api-keys': fc.uniqueArray(fc.constantFrom('k', 'l', 'm'), { minLength: 1 }),
      routing: fc.record(
        { strategy: fc.constantFrom('x', 'y'), 'session-affinity': fc.boolean() },
        { requiredKeys: ['strategy'] },
      ),
      'openai-compatibility': fc.uniqueArray(provider, { selector: (one) => one.name, minLength: 1 }),
    },
    { requiredKeys: ['debug'] },
  );

  test('layers are associative, entries with the same members aside from their order', () => {
    fc.assert(
      fc.property(layer, layer, layer, (a, b, c) => {
        const ab = valueOf(mergeLayers([located(a), located(b)], catalog).root);
        const bc = valueOf(mergeLayers([located(b), located(c)], catalog).root);
        expect(layered(ab, c)).toEqual(layered(a, b, c));
        expect(layered(a, bc)).toEqual(layered(a, b, c));
      }),
    );
  });

  test('a layer over itself changes nothing', () => {
    fc.assert(
      fc.property(layer, (a) => {
        expect(layered(a, a)).toEqual(layered(a));
        expect(layered(a)).toEqual(a);
      }),
    );
  });

  test('the order of the files of one layer means nothing', () => {
    fc.assert(
      fc.property(layer, fc.infiniteStream(fc.nat(2)), (whole, pick) => {
        const files: Record<string, unknown>[] = [{}, {}, {}];
        for (const [key, value] of Object.entries(whole)) (files[pick.next().value ?? 0] ?? {})[key] = value;
        const roots = files.map((file) => located(file));
        const merged = mergeFiles(roots);
        expect(merged.problems).toEqual([]);
        expect(valueOf(merged.root)).toEqual(whole);
        expect(valueOf(mergeFiles(roots.toReversed()).root)).toEqual(whole);
      }),
    );
  });

  test('what two files of one layer declare is a conflict, wherever it is', () => {
    fc.assert(
      fc.property(layer, (whole) => {
        const { problems } = mergeFiles([located(whole, 'a.yaml'), located(whole, 'b.yaml')]);
        const leaves = Object.entries(whole).flatMap(([key, value]) =>
          key === 'routing' ? Object.keys(value as object) : [key],
        );
        expect(problems.map(({ code }) => code)).toEqual(leaves.map(() => 'HF2040'));
      }),
    );
  });
});

test('5,000 keys in one file load whole', async () => {
  const keys = Array.from({ length: 5000 }, (_, i) => `sk-test-${i}`);
  const dir = directory({
    'desired/a.yaml': 'gemini-api-key:\n  - api-key: ${lines:keys}\n    models: [{ name: m, alias: n }]\n',
    'over/a.yaml': 'gemini-api-key:\n  - { api-key: sk-test-7, $remove: true }\n',
    keys: keys.join('\n'),
  });
  const tree = treeOf(await load(dir, { layers: ['desired', 'over'] })) as { 'gemini-api-key': unknown[] };
  expect(tree['gemini-api-key']).toHaveLength(4999);
});
