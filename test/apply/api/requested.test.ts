import { describe, expect, test } from '@jest/globals';
import { unheld, withoutSubject } from '../../../src/apply/api/requested.ts';
import { loadCatalog } from '../../../src/gateway/catalog/catalog.ts';
import type { Tree } from '../../../src/lib/value.ts';

const MEMORY: Tree = {
  'request-retry': 3,
  'api-keys': ['sk-test-0001'],
  routing: { strategy: 'round-robin' },
  'codex-api-key': [{ 'api-key': 'sk-test-codex-1', 'base-url': 'https://codex.example', priority: 10 }],
  'openai-compatibility': [
    {
      name: 'openrouter',
      'base-url': 'https://openrouter.example',
      models: [{ name: 'a', alias: 'b', thinking: { min: 1, 'zero-allowed': true } }],
    },
  ],
  'oauth-model-alias': { claude: [{ name: 'x', alias: 'y' }] },
};

const asked = (method: string, endpoint: string, body: unknown): readonly string[] =>
  unheld(loadCatalog('legacy'), MEMORY, { method, endpoint, body: JSON.stringify(body) });

describe("what was requested and isn't there", () => {
  test.each([
    [
      'a member that PATCH does not take',
      'PATCH',
      '/codex-api-key',
      { match: 'sk-test-codex-1', value: { priority: 5 } },
      ['codex-api-key[*].priority'],
    ],
    [
      'a member that no gateway has',
      'PATCH',
      '/codex-api-key',
      { match: 'sk-test-codex-1', value: { speed: 5 } },
      ['codex-api-key[*].speed'],
    ],
    ['a scalar that stayed', 'PUT', '/request-retry', { value: 9 }, ['request-retry']],
    ['a client key that is missing', 'PUT', '/api-keys', ['sk-test-0001', 'sk-test-0002'], ['api-keys']],
    ['an OAuth map that was wiped', 'PUT', '/oauth-model-alias', { claude: 'x' }, ['oauth-model-alias']],
  ])('%s', (_, method, endpoint, body, expected) => {
    expect(asked(method, endpoint, body)).toEqual(expected);
  });

  test.each([
    ['a member as it is', 'PATCH', '/codex-api-key', { match: 'sk-test-codex-1', value: { priority: 10 } }],
    [
      'another case of the member',
      'PATCH',
      '/codex-api-key',
      { match: 'sk-test-codex-1', value: { Priority: 10 } },
    ],
    ['null leaves alone', 'PATCH', '/codex-api-key', { match: 'sk-test-codex-1', value: { prefix: null } }],
    [
      'a value that the gateway trims',
      'PATCH',
      '/openai-compatibility',
      { name: 'openrouter', value: { 'base-url': ' https://openrouter.example ' } },
    ],
    [
      'JSON spelling',
      'PATCH',
      '/openai-compatibility',
      {
        name: 'openrouter',
        value: { models: [{ name: 'a', alias: 'b', thinking: { min: 1, zero_allowed: true } }] },
      },
    ],
    [
      'a result of GET sent back',
      'PUT',
      '/codex-api-key',
      [
        {
          'api-key': 'sk-test-codex-1',
          'base-url': 'https://codex.example',
          priority: 10,
          'auth-index': 'ab',
        },
      ],
    ],
    ['another name of the strategy', 'PUT', '/routing/strategy', { value: 'rr' }],
    ['a list in items', 'PUT', '/api-keys', { items: ['sk-test-0001'] }],
    ['a path that is no key', 'PUT', '/nope', { value: 1 }],
  ])('nothing: %s', (_, method, endpoint, body) => {
    expect(asked(method, endpoint, body)).toEqual([]);
  });
});

describe('a request about something that was not there', () => {
  const said = (method: string, endpoint: string, body: unknown, query = {}): string | undefined =>
    withoutSubject(loadCatalog('legacy'), MEMORY, { method, endpoint, body: JSON.stringify(body), query });

  test('a replacement adds', () => {
    expect(said('PATCH', '/api-keys', { old: 'nope', new: 'sk-test-0003' })).toContain('so it added');
    expect(said('PATCH', '/api-keys', { old: 'sk-test-0001', new: 'sk-test-0003' })).toBeUndefined();
    expect(said('PATCH', '/api-keys', { old: 'sk-test-0003', new: 'sk-test-0003' })).toBeUndefined();
  });

  test('a deletion deletes nothing', () => {
    expect(said('DELETE', '/api-keys', {}, { value: 'nope' })).toContain('nothing');
    expect(said('DELETE', '/api-keys', {}, { value: ' sk-test-0001 ' })).toBeUndefined();
    expect(said('DELETE', '/codex-api-key', {}, { 'api-key': 'nope' })).toContain('nothing');
    expect(said('DELETE', '/openai-compatibility', {}, { name: 'openrouter' })).toBeUndefined();
    expect(said('DELETE', '/proxy-url', {})).toBeUndefined();
  });
});
