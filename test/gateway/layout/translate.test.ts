import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { parse } from 'yaml';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { layoutTable } from '../../../src/gateway/layout/table.ts';
import { originOf, translate } from '../../../src/gateway/layout/translate.ts';
import { isList, isTree, type Tree, type Value } from '../../../src/lib/value.ts';
import { membersOf, valueOf } from './generate.ts';

const legacy = loadCatalog('legacy');
const v8 = loadCatalog('v8');
const { rows, families } = layoutTable();

const put = (path: string, value: Value): Tree =>
  path.split('.').reduceRight<Value>((below, name) => ({ [name]: below }), value) as Tree;

function at(tree: Value, pointer: string): Value | undefined {
  return pointer
    .split('/')
    .slice(1)
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'))
    .reduce<Value | undefined>((value, step) => {
      if (isList(value)) return value[Number(step)];
      return isTree(value) ? value[step] : undefined;
    }, tree);
}

const sampleOf = (place: string, layout: 'legacy' | 'v8'): Value | undefined => {
  const field = (layout === 'v8' ? v8 : legacy).at(place.split('.'));
  return field && fc.sample(valueOf(field), { numRuns: 1, seed: 7 })[0];
};

function withoutName(group: Tree): Tree {
  const { name: _, ...rest } = group;
  return rest;
}

describe('each row of layout.json', () => {
  const twoPlaces = rows.flatMap((row) =>
    row.legacy !== undefined && row.v8 !== undefined ? [[row.legacy, row.v8, row] as const] : [],
  );

  test.each(twoPlaces)('%s is %s', (flat, tree, row) => {
    const value = sampleOf(tree, 'v8');
    if (value === undefined) throw new Error(`the v8 catalog does not know ${tree}`);
    const there = row.invert ? !value : value;
    const translated = translate(put(flat, there), 'legacy', 'v8');
    expect(translated).toMatchObject({ tree: put(tree, value), refusals: [] });
    expect(originOf(translated, `/${tree.replaceAll('.', '/')}`)).toBe(`/${flat.replaceAll('.', '/')}`);
    const back = translate(put(tree, value), 'v8', 'legacy');
    expect(back.refusals).toEqual([]);
    if (row.canonical) expect(back.tree).toEqual(put(flat, value));
    else expect(back.tree).not.toEqual(put(flat, there));
  });

  test.each(rows.flatMap((row) => row.historical.map((earlier) => [earlier, row] as const)))(
    'the earlier spelling %s is understood, with a remark',
    (earlier, { v8: now, legacy: flat }) => {
      for (const to of ['v8', 'legacy'] as const) {
        const place = to === 'v8' ? now : flat;
        const { tree, remarks, refusals } = translate(put(earlier, true), 'v8', to);
        expect(tree).toEqual(place === undefined ? {} : put(place, true));
        if (place === undefined) expect(refusals).toMatchObject([{ why: 'gone' }]);
        else
          expect(remarks).toMatchObject([
            { what: 'spelling', now: place, pointer: `/${earlier.replaceAll('.', '/')}` },
          ]);
      }
    },
  );

  test('the places of the table are those of the catalogs, none is missing', () => {
    const unknown = [...rows, ...families].flatMap((row) => [
      ...(row.v8 !== undefined && !v8.at(row.v8.split('.')) ? [row.v8] : []),
      ...(row.legacy !== undefined &&
      row.v7 &&
      !legacy.at(row.legacy.split('.')) &&
      !row.legacy.endsWith('allow-private-remote-ips')
        ? [row.legacy]
        : []),
    ]);
    expect(unknown).toEqual([]);
    for (const [catalog, layout] of [
      [legacy, 'legacy'],
      [v8, 'v8'],
    ] as const) {
      const places = [...rows, ...families].flatMap((row) => row[layout] ?? []);
      const leaves = catalog
        .all()
        .filter((field) => !field.fields && field.pattern !== '' && !field.pattern.includes('*'));
      const missing = leaves.filter(
        ({ pattern }) => !places.some((place) => pattern === place || pattern.startsWith(`${place}.`)),
      );
      expect(missing.map(({ pattern }) => pattern)).toEqual([]);
    }
  });

  test('keys that v7 does not know are not in its catalog', () => {
    const wrong = [...rows, ...families].filter(
      ({ legacy: flat, v7 }) => !v7 && flat !== undefined && legacy.at(flat.split('.')),
    );
    expect(wrong).toEqual([]);
  });

  test('shared members of a family are those that both a group and a key can have', () => {
    for (const family of families) {
      const group = v8.at(family.v8.split('.'))?.item;
      const key = group?.fields?.get('keys')?.item;
      if (family.form === 'records') continue;
      const both = [...(group?.fields?.keys() ?? [])].filter((name) => key?.fields?.get(name)?.inherits);
      expect([family.v8, both.toSorted()]).toEqual([family.v8, [...family.shared].toSorted()]);
    }
  });
});

describe('there and back', () => {
  const roots = [...(v8.root.fields?.keys() ?? [])].filter((name) => name !== 'config-version');

  test('v8 to flat to v8 is the identity on what both can say', () => {
    fc.assert(
      fc.property(membersOf(v8.root, roots), (tree) => {
        const flat = translate(tree, 'v8', 'legacy');
        const holdsEmpty = flat.refusals.filter(({ why }) => why === 'empty');
        fc.pre(holdsEmpty.length === 0);
        expect(flat.refusals).toEqual([]);
        const back = translate(flat.tree, 'legacy', 'v8');
        expect(back.refusals).toEqual([]);
        expect(back.tree).toEqual(tree);
      }),
      { numRuns: 60 },
    );
  });

  test('flat to v8 to flat is the identity on what both can say', () => {
    const names = [...(legacy.root.fields?.keys() ?? [])];
    fc.assert(
      fc.property(membersOf(legacy.root, names), (given) => {
        const { codex, ...rest } = given;
        const { 'identity-confuse': _, ...kept } = isTree(codex) ? codex : {};
        const providers = rest['openai-compatibility'];
        const tree: Tree = {
          ...rest,
          ...(Object.keys(kept).length > 0 && { codex: kept }),
          ...(isList(providers) && {
            'openai-compatibility': providers.map((one) => withoutEmptyKeys(one)),
          }),
        };
        const there = translate(tree, 'legacy', 'v8');
        expect(there.refusals).toEqual([]);
        expect(translate(there.tree, 'v8', 'legacy').tree).toEqual(tree);
      }),
      { numRuns: 60 },
    );
  });

  function withoutEmptyKeys(entry: Value): Value {
    if (!isTree(entry)) return entry;
    const { 'api-key-entries': keys, ...rest } = entry;
    return isList(keys) && keys.length > 0 ? entry : rest;
  }

  test('every translated value knows the declared one it came from', () => {
    const leaves = (value: Value, pointer: string): [string, Value][] => {
      if (isList(value)) return value.flatMap((item, i) => leaves(item, `${pointer}/${i}`));
      if (!isTree(value)) return [[pointer, value]];
      return Object.entries(value).flatMap(([name, member]) =>
        leaves(member, `${pointer}/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`),
      );
    };
    fc.assert(
      fc.property(membersOf(v8.root, roots), (tree) => {
        const flat = translate(tree, 'v8', 'legacy');
        for (const [pointer, value] of leaves(flat.tree, ''))
          expect([pointer, at(tree, originOf(flat, pointer))]).toEqual([pointer, value]);
      }),
      { numRuns: 40 },
    );
  });

  test("translating a tree doesn't change it", () => {
    fc.assert(
      fc.property(membersOf(v8.root, roots), (tree) => {
        const before = JSON.stringify(tree);
        translate(tree, 'v8', 'legacy');
        expect(JSON.stringify(tree)).toBe(before);
      }),
      { numRuns: 30 },
    );
  });
});

describe('what a migration of the gateway itself made of legacy files', () => {
  const CASES = resolve(import.meta.dirname, '../../contract/v8/cases');
  const recorded = (id: string): { before: Tree; after: Tree } => {
    const one = JSON.parse(readFileSync(join(CASES, `${id}.json`), 'utf8')) as {
      start: Record<string, string>;
      final: Record<string, string>;
    };
    const read = (texts: Record<string, string>): Tree => parse(texts['config.yaml'] ?? '') as Tree;
    return { before: read(one.start), after: read(one.final) };
  };

  test('the directory of cases is there', () => expect(readdirSync(CASES).length).toBeGreaterThan(90));

  test('every leaf moves where the gateway puts it', () => {
    const { before, after } = recorded('v8-migrate-all-leaves');
    const { 'config-version': version, ...rest } = after;
    expect(version).toBe(8);
    const { tree, refusals } = translate(before, 'legacy', 'v8');
    expect(refusals).toEqual([]);
    expect(tree).toEqual(rest);
  });

  test('entries become the groups that the gateway makes, but for their names', () => {
    const { before, after } = recorded('v8-migrate-providers');
    const { tree } = translate(before, 'legacy', 'v8');
    const unnamed = Object.fromEntries(
      Object.entries(after['api-keys'] as Tree).map(([family, groups]) => [
        family,
        family === 'openai-compatibility' ? groups : (groups as Tree[]).map(withoutName),
      ]),
    );
    expect(tree['api-keys']).toEqual(unnamed);
    expect(translate(after, 'v8', 'legacy').tree).toEqual(before);
  });
});
