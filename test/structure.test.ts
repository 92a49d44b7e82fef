import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { INNER, MAY_IMPORT } from './support/rooms.ts';

const SRC = resolve(import.meta.dirname, '../src');

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));

const importsByFile = new Map(files.map((file) => [file, importsOf(file)]));

function importsOf(file: string): readonly string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)]
    .map((found) => relative(SRC, resolve(SRC, dirname(file), found[1] ?? '')))
    .filter((to) => !to.startsWith('..'));
}

const room = (file: string): string => file.split('/')[0] ?? '';

/** Imports between two different folders, as `[from, to]` files. */
const arrows = [...importsByFile].flatMap(([file, all]) => all.map((to) => [file, to] as const));

/** The child of `folder` that a file lies in; `.` for the folder's own files, undefined outside of it. */
function innerRoom(folder: string, file: string): string | undefined {
  if (!file.startsWith(`${folder}/`)) return undefined;
  const [first = '', ...rest] = file.slice(folder.length + 1).split('/');
  return rest.length === 0 ? '.' : first;
}

/** Folders that import each other, directly or by way of others: sets of more than one, each sorted. */
function circles(edges: readonly (readonly [string, string])[]): string[][] {
  const next = new Map<string, Set<string>>();
  for (const [from, to] of edges)
    if (from !== to) (next.get(from) ?? next.set(from, new Set()).get(from))?.add(to);
  const reach = (start: string): Set<string> => {
    const seen = new Set<string>();
    const open = [start];
    for (let at = open.pop(); at !== undefined; at = open.pop())
      for (const to of [...(next.get(at) ?? [])].filter((each) => !seen.has(each))) {
        open.push(to);
        seen.add(to);
      }
    return seen;
  };
  const reached = new Map([...next.keys()].map((each) => [each, reach(each)]));
  const sets = [...reached].map(([each, all]) =>
    [each, ...[...all].filter((other) => other !== each && reached.get(other)?.has(each))].sort(),
  );
  return [...new Set(sets.filter((set) => set.length > 1).map((set) => set.join(' ')))].map((set) =>
    set.split(' '),
  );
}

describe('the structure of src/', () => {
  test('imports point one way', () => {
    const wrong = arrows
      .filter(([file, to]) => room(to) !== room(file) && !MAY_IMPORT[room(file)]?.includes(room(to)))
      .map(([file, to]) => `${file} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  test.each(Object.entries(INNER))('the inner rooms of %s import as listed', (folder, allowed) => {
    const wrong = arrows
      .map(([file, to]) => ({ file, to, a: innerRoom(folder, file), b: innerRoom(folder, to) }))
      .filter(({ a, b }) => a !== undefined && a !== '.' && b !== undefined && a !== b)
      .filter(({ a = '', b = '' }) => !allowed[a]?.includes(b))
      .map(({ file, to }) => `${file} -> ${to}`);
    expect(wrong).toEqual([]);
  });

  test('no two folders import each other, nor in a ring', () => {
    expect(circles(arrows.map(([file, to]) => [dirname(file), dirname(to)] as const))).toEqual([]);
  });

  test('no folder has more than twenty files side by side', () => {
    const counts = new Map<string, number>();
    for (const file of files) counts.set(dirname(file), (counts.get(dirname(file)) ?? 0) + 1);
    expect([...counts].filter(([, count]) => count > 20)).toEqual([]);
  });

  test('no file is imported by everything', () => {
    const importers = new Map<string, number>();
    for (const all of importsByFile.values())
      for (const to of new Set(all)) importers.set(to, (importers.get(to) ?? 0) + 1);
    const crowded = [...importers].filter(
      ([to, count]) => !to.startsWith('domain/') && count > files.length / 2,
    );
    expect(crowded).toEqual([]);
  });

  test('plan/, the merge of desired/ and the model read no clock, environment, disk or network', () => {
    const pure = files.filter(
      (file) => /^(plan|gateway\/model)\//.test(file) || file === 'desired/read/merge.ts',
    );
    const impure = pure.filter((file) =>
      /\bDate\.now\(|new Date\(\)|process\.env|node:(fs|http|net|https)|from 'undici'/.test(
        readFileSync(join(SRC, file), 'utf8'),
      ),
    );
    expect(pure).toContain('desired/read/merge.ts');
    expect(impure).toEqual([]);
  });

  /** Decoders leave a deep recursion over foreign input this way, to the entry of their own reading. */
  const THROWN_BY_DECODERS = [
    'domain/path.ts PathSyntaxError',
    'domain/problem/problem.ts HoldfastError',
    'gateway/model/json.ts Unencodable',
    'gateway/v7/decode.ts Mismatch',
    'gateway/v7/json-text.ts Malformed',
    'gateway/v8/body.ts Unreadable',
    'gateway/v8/endpoints.ts Answered',
    'gateway/v8/groups.ts Fault',
    'gateway/v8/json-view.ts Unencodable',
    'input/schema-holds.ts Unsure',
    'input/text-file.ts Reason',
    'yaml/document.ts Refusal',
  ];

  test('pure rooms return failures as values (lib/result), and throw no classes of their own', () => {
    const pure = files.filter((file) =>
      /^(?:lib|domain|yaml|input|desired|plan|adopt|gateway\/(?:model|catalog|layout|v7|v8))\//.test(file),
    );
    const thrown = pure.flatMap((file) =>
      [...readFileSync(join(SRC, file), 'utf8').matchAll(/class (\w+) extends \w*Error\b/g)].map(
        ([, name]) => `${file} ${name}`,
      ),
    );
    expect(thrown.toSorted()).toEqual(THROWN_BY_DECODERS);
  });
});

describe('the seam between the generations', () => {
  const COMPARES =
    /[!=]== '(?:v0|v7|v8|legacy|flat)'|'(?:v0|v7|v8|legacy|flat)' [!=]==|case '(?:v0|v7|v8|legacy|flat)':/g;
  const SEAM = /^(?:gateway\/(?:dialect\.ts|v7\/|v8\/)|settings\/)/;

  /** Translation between layouts, what a reading finds out, and user input; how often each compares. */
  const BESIDE_THE_SEAM: Record<string, number> = {
    'gateway/layout/layouts.ts': 2,
    'gateway/layout/locate.ts': 3,
    'gateway/layout/rewrite.ts': 8,
    'gateway/observe/detect.ts': 3,
    'gateway/observe/observe-tree.ts': 6,
    'gateway/observe/observe.ts': 4,
  };

  test('no other code compares a layout, a generation or an API', () => {
    const found = files
      .filter((file) => !SEAM.test(file))
      .map((file) => [file, readFileSync(join(SRC, file), 'utf8').match(COMPARES)?.length ?? 0] as const)
      .filter(([, count]) => count > 0);
    expect(Object.fromEntries(found)).toEqual(BESIDE_THE_SEAM);
  });
});

describe('the structure of test/', () => {
  const BESIDE_ROOMS = new Set([
    'contract',
    'judge',
    'matrix',
    'deploy',
    'docs',
    'e2e',
    'package',
    'pipelines',
    'support',
  ]);

  test('every folder is a folder of src/, or one of those that belong to no room', () => {
    const folders = readdirSync(import.meta.dirname, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isDirectory() && entry.name !== '__snapshots__')
      .map(({ parentPath, name }) => relative(import.meta.dirname, join(parentPath, name)));
    expect(folders.length).toBeGreaterThan(40);
    expect(
      folders.filter((folder) => !existsSync(join(SRC, folder)) && !BESIDE_ROOMS.has(room(folder))),
    ).toEqual([]);
  });

  test('a room without tests of its own is named here', () => {
    const untested = Object.keys(MAY_IMPORT).filter((name) => !existsSync(join(import.meta.dirname, name)));
    expect(untested).toEqual(['api-schema', 'demo']);
  });
});
