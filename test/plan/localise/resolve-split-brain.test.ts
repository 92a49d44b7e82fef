// The file, with the values of memory where the two disagree.
import { expect, test } from '@jest/globals';
import { type Dialect, V8, V8_FLAT } from '../../../src/gateway/dialect.ts';
import type { Tree } from '../../../src/lib/value.ts';
import { parseDocument } from '../../../src/yaml/document.ts';
import { isFailure } from '../../../src/yaml/failure.ts';
import { resolveSplitBrain } from '../../../src/plan/localise/resolve-split-brain.ts';

/** `memory` is what the gateway shows of itself, `paths` is where it differs from `file`. */
function resolved(file: string, memory: Tree, paths: readonly string[], dialect: Dialect = V8): Tree {
  const document = parseDocument(file);
  if (isFailure(document)) throw new Error(document.message);
  const loaded = dialect.load(document);
  if (!loaded.ok) throw new Error(loaded.message);
  return resolveSplitBrain({
    dialect,
    content: dialect.content(document),
    loaded: loaded.memory,
    memory,
    paths,
  });
}

const FILE = 'config-version: 8\nserver:\n  port: 8317\nrouting:\n  retry:\n    request-retry: 3\n';

test.each<[what: string, memory: Tree, paths: string[], expected: Tree]>([
  [
    'takes the value of memory',
    { port: 8317, 'request-retry': 9 },
    ['request-retry'],
    { 'config-version': 8, server: { port: 8317 }, routing: { retry: { 'request-retry': 9 } } },
  ],
  [
    'loses what memory does not have',
    { port: 8317 },
    ['request-retry'],
    { 'config-version': 8, server: { port: 8317 }, routing: { retry: {} } },
  ],
  [
    'keeps what the two agree about, whatever memory shows there',
    { port: 1, 'request-retry': 9 },
    [],
    { 'config-version': 8, server: { port: 8317 }, routing: { retry: { 'request-retry': 3 } } },
  ],
])('a v8 file %s', (_, memory, paths, expected) => {
  expect(resolved(FILE, memory, paths)).toEqual(expected);
});

test('a flat file takes the values of memory in the flat layout', () => {
  const file = 'request-retry: 3\ndebug: true\n';
  expect(resolved(file, { 'request-retry': 9 }, ['request-retry', 'debug'], V8_FLAT)).toEqual({
    'request-retry': 9,
  });
});

test('keys of memory join the group that has them', () => {
  const file =
    'config-version: 8\napi-keys:\n  codex:\n    - name: shared\n      base-url: https://c.example\n      priority: 2\n      keys:\n        - api-key: sk-test-0001\n        - api-key: sk-test-0002\n';
  const entry = { 'base-url': 'https://c.example', priority: 2 };
  const memory = { 'codex-api-key': [{ ...entry, 'api-key': 'sk-test-0001' }] };
  expect(resolved(file, memory, ['codex-api-key'])['api-keys']).toEqual({
    codex: [{ name: 'shared', ...entry, keys: [{ 'api-key': 'sk-test-0001' }] }],
  });
});
