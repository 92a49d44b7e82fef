import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { anchorsOf } from '../support/anchors.ts';

const ROOT = resolve(import.meta.dirname, '../..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');
const DECISIONS = readdirSync(join(ROOT, 'docs/decisions')).map((name) => `docs/decisions/${name}`);
const PAGES = ['CONTRIBUTING.md', 'docs/architecture.md', ...DECISIONS];

describe('the pages for contributors', () => {
  test.each(PAGES)('every link and every path of %s leads somewhere', (file) => {
    const links = [...read(file).matchAll(/\]\(([^)]+)\)/g)].map(([, to = '']) => to);
    const dead = links.filter((link) => {
      const [path = '', anchor] = link.split('#');
      const to = path === '' ? file : join(dirname(file), path);
      return !existsSync(join(ROOT, to)) || (anchor !== undefined && !anchorsOf(read(to)).includes(anchor));
    });
    const paths = [...read(file).matchAll(/`((?:src|test|scripts|docs|schemas|bench)\/[\w./-]*)`/g)];
    const lost = paths
      .map(([, path = '']) => path)
      .filter((path) => !/NAME|ROOM/.test(path) && !existsSync(join(ROOT, path)));
    expect([...dead, ...lost]).toEqual([]);
  });

  test('name scripts that package.json has', () => {
    const { scripts } = JSON.parse(read('package.json')) as { scripts: Record<string, string> };
    const named = PAGES.flatMap((file) => [...read(file).matchAll(/npm run ([a-z]+)/g)]);
    expect(named.length).toBeGreaterThan(10);
    expect(named.map(([, name = '']) => name).filter((name) => !Object.hasOwn(scripts, name))).toEqual([]);
  });

  test('list every decision', () => {
    const index = read('docs/decisions/README.md');
    const pages = DECISIONS.filter((file) => !file.endsWith('README.md'));
    expect(pages.length).toBeGreaterThan(5);
    for (const page of pages) {
      const title = /^# \d+\. (.+)$/m.exec(read(page))?.[1] ?? 'a title';
      expect(index).toContain(`(${page.split('/').at(-1)}) | ${title} |`);
    }
  });
});
