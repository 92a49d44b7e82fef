import { readdirSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { CODES } from '../../src/domain/problem/codes.ts';
import { errorsPage } from '../support/errors-page.ts';

const ROOT = resolve(import.meta.dirname, '../..');

describe('docs/errors.md', () => {
  test('is what `npm run docs` generates from the table of codes', () => {
    expect(readFileSync(join(ROOT, 'docs/errors.md'), 'utf8')).toBe(errorsPage());
  });

  test('every code is used in the sources, and nothing else is called a code', () => {
    const sources = readdirSync(join(ROOT, 'src'), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts') && !file.startsWith('domain/problem/codes'))
      .map((file) => readFileSync(join(ROOT, 'src', file), 'utf8'))
      .join('\n');
    const used = new Set(sources.match(/HF\d{4}/g));
    expect(Object.keys(CODES).filter((code) => !used.has(code))).toEqual([]);
    expect([...used].filter((code) => !Object.hasOwn(CODES, code))).toEqual([]);
  });
});
