import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { KEYWORDS } from '../../src/gateway/catalog/keywords.ts';
import { keysPage } from '../support/keys-page.ts';

const page = (name: string): string => readFileSync(resolve(import.meta.dirname, '../../docs', name), 'utf8');

describe('the pages about the catalog', () => {
  test('docs/keys.md is what `npm run docs` generates from the catalog', () => {
    expect(page('keys.md')).toBe(keysPage());
  });

  test('docs/catalog.md explains every keyword', () => {
    const text = page('catalog.md');
    expect(Object.keys(KEYWORDS).filter((keyword) => !text.includes(`\`${keyword}\``))).toEqual([]);
  });
});
