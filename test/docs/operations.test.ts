import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { COMMANDS } from '../../src/cli/commands.ts';
import { CODES } from '../../src/domain/problem/codes.ts';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { SYNC_STATUSES } from '../../src/domain/outcome/sync-status.ts';
import { anchorsOf } from '../support/anchors.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const page = read('docs/operations.md');

const HEADS = new Set(['exit', 'status', '---']);

/** First cells of the table below a heading. */
function rowsBelow(heading: string): string[] {
  const section = page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';
  return [...section.matchAll(/^\| `?([a-z0-9-]+)`? \|/gm)]
    .map(([, cell = '']) => cell)
    .filter((cell) => !HEADS.has(cell));
}

describe('docs/operations.md', () => {
  test('has an entry for every exit code and for every status of a target', () => {
    expect(rowsBelow('Exit codes').map(Number)).toEqual(Object.values(EXIT).toSorted((a, b) => a - b));
    expect(rowsBelow('Status of a target').toSorted()).toEqual(Object.keys(SYNC_STATUSES).toSorted());
  });

  test.each(['docs/operations.md', 'docs/metrics.md'])('every link of %s leads somewhere', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to);
    expect(links.length).toBeGreaterThan(2);
    const dead = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const to = path === '' ? file : join(dirname(file), path);
      return !existsSync(join(ROOT, to)) || (anchor !== undefined && !anchorsOf(read(to)).includes(anchor));
    });
    expect(dead).toEqual([]);
  });

  test('names commands, codes and files that there are', () => {
    const asked = [...page.matchAll(/`holdfast ([a-z]+)/g)].map(([, name = '']) => name);
    const known = new Set(COMMANDS.map(({ name }) => name));
    expect(asked.length).toBeGreaterThan(20);
    expect(asked.filter((name) => !known.has(name))).toEqual([]);
    expect((page.match(/HF\d{4}/g) ?? []).filter((code) => !Object.hasOwn(CODES, code))).toEqual([]);
    const files = [...page.matchAll(/deploy\/[\w./-]+\w/g)].map(([path]) => path);
    expect(files.filter((path) => !existsSync(join(ROOT, path)))).toEqual([]);
  });
});
