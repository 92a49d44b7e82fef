import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { expect, test } from '@jest/globals';
import { reliabilityPage } from '../support/reliability-page.ts';

test('docs/reliability.md is what `npm run docs` makes of the recorded results', () => {
  const page = readFileSync(resolve(import.meta.dirname, '../../docs/reliability.md'), 'utf8');
  expect(page).toBe(reliabilityPage());
});
