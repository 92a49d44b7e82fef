import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, relative, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const SRC = resolve(import.meta.dirname, '../src');

/** Which rooms a room may import from (itself always). The order is the direction of the design, §3. */
const MAY_IMPORT: Record<string, readonly string[]> = {
  nouns: [],
  gateway: ['nouns'],
  reading: ['nouns'],
  settings: ['nouns', 'reading', 'gateway'],
  state: ['nouns'],
  desired: ['nouns', 'reading', 'gateway'],
  plan: ['nouns', 'gateway', 'desired'],
  apply: ['nouns', 'gateway', 'desired', 'plan', 'state'],
  adopt: ['nouns', 'reading', 'gateway', 'desired', 'plan'],
  sandbox: ['nouns', 'gateway'],
  report: ['nouns'],
  wire: ['nouns'],
  web: ['nouns', 'wire'],
  daemon: ['wire', 'nouns', 'reading', 'settings', 'gateway', 'desired', 'plan', 'state', 'apply', 'report'],
  cli: [
    'nouns',
    'reading',
    'settings',
    'gateway',
    'desired',
    'plan',
    'adopt',
    'state',
    'apply',
    'sandbox',
    'report',
    'wire',
    'web',
    'daemon',
  ],
  demo: [
    'nouns',
    'settings',
    'gateway',
    'desired',
    'plan',
    'state',
    'apply',
    'sandbox',
    'report',
    'daemon',
    'cli',
  ],
};

const files = readdirSync(SRC, { recursive: true, encoding: 'utf8' }).filter((file) => /\.tsx?$/.test(file));

function importsOf(file: string): string[] {
  const text = readFileSync(join(SRC, file), 'utf8');
  return [...text.matchAll(/(?:from|import\()\s*'(\.[^']+)'/g)].map((found) =>
    relative(SRC, resolve(SRC, dirname(file), found[1] ?? '')),
  );
}

const room = (file: string): string => file.split('/')[0] ?? '';

describe('the structure of src/', () => {
  test('imports point one way', () => {
    const wrong = files.flatMap((file) =>
      importsOf(file)
        .filter(
          (to) =>
            !to.startsWith('..') && room(to) !== room(file) && !MAY_IMPORT[room(file)]?.includes(room(to)),
        )
        .map((to) => `${file} -> ${to}`),
    );
    expect(wrong).toEqual([]);
  });

  test('no file is imported by everything', () => {
    const importers = new Map<string, number>();
    for (const file of files)
      for (const to of new Set(importsOf(file))) importers.set(to, (importers.get(to) ?? 0) + 1);
    const crowded = [...importers].filter(
      ([to, count]) => !to.startsWith('nouns/') && count > files.length / 2,
    );
    expect(crowded).toEqual([]);
  });

  test('plan/, the merge of desired/ and the model read no clock, environment, disk or network', () => {
    const pure = files.filter((file) => /^(plan|gateway\/model)\//.test(file) || file === 'desired/merge.ts');
    const impure = pure.filter((file) =>
      /\bDate\.now\(|new Date\(\)|process\.env|node:(fs|http|net|https)|from 'undici'/.test(
        readFileSync(join(SRC, file), 'utf8'),
      ),
    );
    expect(impure).toEqual([]);
  });
});
