// Which values mean the same to the gateway.
import { expect, test } from '@jest/globals';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import { sameAt } from '../../../src/gateway/model/equal.ts';
import type { Tree, Value } from '../../../src/lib/value.ts';

const catalog = loadCatalog('legacy');

function same(path: string, held: Value | undefined, meant: Value | undefined): boolean {
  const field = catalog.at(path.split('.'));
  if (!field) throw new Error(`the catalog has no ${path}`);
  return sameAt(field, held, meant);
}

const entry = { 'api-key': 'sk-test-0001', 'base-url': 'https://c.example' };
const key = (more: Tree = {}): readonly Tree[] => [{ ...entry, ...more }];

test.each<[what: string, path: string, held: Value | undefined, meant: Value | undefined, same: boolean]>([
  ['a default and nothing', 'debug', false, undefined, true],
  ['another value and nothing', 'debug', true, undefined, false],
  ['null and nothing', 'proxy-url', null, undefined, true],
  ['an empty list and nothing', 'api-keys', [], undefined, true],
  ['an empty mapping and nothing', 'oauth-model-alias', {}, undefined, true],
  ['two spellings of a strategy', 'routing.strategy', 'rr', 'round-robin', true],
  ['two strategies', 'routing.strategy', 'rr', 'fill-first', false],
  ['two spellings of a duration', 'credential-concurrency.cleanup-interval', '1m30s', '90s', true],
  ['two durations', 'credential-concurrency.cleanup-interval', '1m30s', '91s', false],
  ['a text with blanks around it', 'codex-api-key', key({ prefix: ' team ' }), key({ prefix: 'team' }), true],
  ['an entry with a default member', 'codex-api-key', key({ priority: 0 }), key(), true],
  ['an entry with another member', 'codex-api-key', key({ priority: 1 }), key(), false],
  [
    'a list with one entry more',
    'codex-api-key',
    [...key(), { ...entry, 'api-key': 'sk-test-0002' }],
    key(),
    false,
  ],
  ['an entry that the gateway drops', 'openai-compatibility', [{ name: 'a', 'base-url': '' }], [], true],
  ['a path below the home directory', 'auth-dir', '/root/.cli-proxy-api', '~/.cli-proxy-api', true],
  ['a path with a slash at its end', 'auth-dir', '/root/auth/', '~/auth', true],
  ['a path on Windows', 'auth-dir', 'C:\\Users\\me\\auth', '~/auth', true],
  ['another path', 'auth-dir', '/root/other', '~/auth', false],
  ['a relative path', 'auth-dir', 'root/auth', '~/auth', false],
  ['a name that starts with ~', 'auth-dir', '/root/x', '~x', false],
  ['a text with ~ that is no path', 'proxy-url', '/root/auth', '~/auth', false],
  [
    'a set in another order',
    'codex-api-key',
    key({ 'excluded-models': ['a', 'b'] }),
    key({ 'excluded-models': ['b', 'a'] }),
    true,
  ],
  [
    'sets with other members',
    'codex-api-key',
    key({ 'excluded-models': ['a', 'b'] }),
    key({ 'excluded-models': ['a', 'c'] }),
    false,
  ],
  [
    'settings of a plugin with a default',
    'plugins.configs.demo',
    { enabled: false, mode: 'x' },
    { mode: 'x' },
    true,
  ],
  [
    'settings of a plugin without one',
    'plugins.configs.demo',
    { mode: 'x', level: null },
    { mode: 'x' },
    false,
  ],
])('%s', (_, path, held, meant, expected) => {
  expect(same(path, held, meant)).toBe(expected);
});
