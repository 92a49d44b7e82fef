// The credentials of one family in an image, in either layout.
import { expect, test } from '@jest/globals';
import type { Tree } from '../../../src/lib/value.ts';
import { entriesOf, isOpen } from '../../../src/plan/diff/exposed-models.ts';

const FLAT: Tree = {
  'api-keys': ['sk-test-0001'],
  'codex-api-key': [{ 'api-key': 'sk-test-0002', 'base-url': 'https://c.example', priority: 3 }],
  'claude-api-key': [{ 'api-key': 'sk-test-0003' }],
};
const V8: Tree = {
  'config-version': 8,
  access: { 'api-keys': ['sk-test-0001'] },
  'api-keys': {
    codex: [{ 'base-url': 'https://c.example', priority: 3, keys: [{ 'api-key': 'sk-test-0002' }] }],
    claude: [{ keys: [{ 'api-key': 'sk-test-0003' }] }],
  },
};

test.each([
  ['flat', FLAT],
  ['v8', V8],
])('%s', (_, image) => {
  const keysOf = (name: string): unknown[] => entriesOf(image, name).map((entry) => entry['api-key']);
  expect(keysOf('codex-api-key')).toEqual(['sk-test-0002']);
  expect(keysOf('claude-api-key')).toEqual(['sk-test-0003']);
  expect(keysOf('gemini-api-key')).toEqual([]);
  expect(entriesOf(image, 'codex-api-key')[0]).toMatchObject({
    priority: 3,
    'base-url': 'https://c.example',
  });
  expect(isOpen(image)).toBe(false);
  expect(isOpen({ ...image, access: {}, ...(image === FLAT && { 'api-keys': ['', ' '] }) })).toBe(true);
});
