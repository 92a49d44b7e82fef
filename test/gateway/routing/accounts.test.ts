// Accounts from credential files beside API keys, with responses as v7.2.140 gave them.
import { describe, expect, test } from '@jest/globals';
import { accountsWithModels } from '../../../src/gateway/checks/accounts.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Answer, Client, Request } from '../../../src/gateway/client/client.ts';
import {
  type Account,
  accountCredentials,
  changedForAccounts,
} from '../../../src/gateway/routing/accounts.ts';
import { credentialsIn } from '../../../src/gateway/routing/credentials.ts';
import { type Route, routeOf, strategyOf } from '../../../src/gateway/routing/route.ts';
import type { Tree } from '../../../src/lib/value.ts';

const NOW = Date.parse('2026-11-30T12:00:00Z');
const BUILT_IN = ['grok-4.3', 'grok-4.5'];
const MEMORY: Tree = {
  routing: { strategy: 'fill-first' },
  'xai-api-key': [
    { 'api-key': 'sk-test-0020', 'base-url': 'http://127.0.0.1:1/v1' },
    { 'api-key': 'sk-test-0021', 'base-url': 'http://127.0.0.1:1/v1', priority: 5 },
  ],
  'openai-compatibility': ['aaa', 'zzz'].map((name) => ({
    name,
    'base-url': 'http://127.0.0.1:1/v1',
    'api-key-entries': [{ 'api-key': `sk-test-${name}` }],
    models: [{ name: 'up', alias: 'grok-4.5' }],
  })),
};

const account = (name: string, more: Partial<Account> = {}): Account => ({
  id: `${name}.json`,
  name: `${name}.json`,
  provider: 'xai',
  priority: 0,
  weight: 1,
  disabled: false,
  failing: false,
  unavailable: false,
  models: BUILT_IN,
  ...more,
});

function routeWith(accounts: readonly Account[], model: string, more: Tree = {}): Route {
  const memory = { ...MEMORY, ...more };
  const builtIn = (channel: string): readonly string[] | undefined =>
    channel === 'xai' ? BUILT_IN : undefined;
  const credentials = [
    ...credentialsIn(memory, builtIn),
    ...accountCredentials(accounts, { memory, builtIn, now: NOW }),
  ];
  return routeOf(model, credentials, strategyOf(memory));
}

describe('accounts', () => {
  test('serve in the order in which the gateway tried them and the keys', () => {
    const accounts = [account('xai-d'), account('xai-e'), account('xai-f', { priority: 5 })];
    const order = routeWith(accounts, 'grok-4.5').tiers.map(({ credentials }) =>
      credentials.map((one) => one.account?.name ?? one.secret),
    );
    expect(order).toEqual([
      ['xai-f.json', 'sk-test-0021'],
      ['xai-d.json', 'xai-e.json', 'sk-test-0020', 'sk-test-aaa', 'sk-test-zzz'],
    ]);
  });

  test.each([
    [{ models: ['grok-4.5'] }, { 'oauth-excluded-models': { xai: ['grok-4.3*'] } }, 'excluded', 'grok-4.3*'],
    [{ models: ['grok-4.5'] }, {}, 'not-listed', 'xai-d.json'],
    [{ models: ['team/grok-4.3'] }, { 'force-model-prefix': true }, 'prefix', 'team/grok-4.3'],
    [{ models: [], disabled: true }, {}, 'disabled', 'xai-d.json'],
  ])('with %j and %j do not serve a model, and the route says why', (more, settings, why, by) => {
    const { hidden, disabled } = routeWith([account('xai-d', more)], 'grok-4.3', settings);
    expect(hidden).toMatchObject([{ why, by, credential: { account: { name: 'xai-d.json' } } }]);
    expect(disabled).toEqual([]);
  });

  test('that are disabled count for models that the gateway does not know of its own', () => {
    const off = account('xai-d', { models: [], disabled: true });
    expect(routeWith([off], 'an-alias')).toMatchObject({
      hidden: [],
      unknown: [],
      disabled: [{ id: 'xai-d.json' }],
    });
  });

  test('of a gateway that does not tell their models can serve a model that nobody else serves', () => {
    const silent = account('xai-d', { models: undefined });
    expect(routeWith([silent], 'an-alias').unknown).toMatchObject([{ id: 'xai-d.json' }]);
    expect(routeWith([silent], 'grok-4.3').unknown).toEqual([]);
  });

  test.each([
    [{ unavailable: true, failing: true, nextRetryAfter: '2026-11-30T12:00:09.159079716Z' }, 'unavailable'],
    [{ unavailable: true, failing: true, nextRetryAfter: '2026-11-30T13:00:09+02:00' }, 'error'],
    [{ unavailable: true }, 'unavailable'],
    [{ failing: true }, 'error'],
    [{}, 'ok'],
  ])('with %j keep their turn with the state %s', (more, state) => {
    const [first] = routeWith([account('xai-d', { priority: 9, ...more })], 'grok-4.3').tiers;
    expect(first?.credentials).toMatchObject([{ account: { state } }]);
    expect(first?.credentials[0]?.account?.until).toBe(
      state === 'unavailable' && 'nextRetryAfter' in more ? more.nextRetryAfter : undefined,
    );
  });

  test('offer other models after a plan that changes one of three settings', () => {
    const after = { ...MEMORY, 'force-model-prefix': true, 'oauth-model-alias': {}, debug: true };
    expect(changedForAccounts(MEMORY, after)).toEqual(['oauth-model-alias', 'force-model-prefix']);
    expect(changedForAccounts(MEMORY, MEMORY)).toEqual([]);
  });
});

describe('are read', () => {
  const reading = (answers: Readonly<Record<string, object>>): Client => ({
    target: 'home',
    send: async ({ path, query }: Request): Promise<Answer> => {
      const found = answers[`${path.replace('/v0/management', '')}${query?.['name'] ?? ''}`];
      return { status: found ? 200 : 404, headers: {}, body: seal(JSON.stringify(found ?? {})), ms: 1 };
    },
    preferKey: () => undefined,
    counts: () => ({}),
    close: async () => undefined,
  });

  test('with their models; those of a disabled one are not asked for', async () => {
    const client = reading({
      '/auth-files': {
        files: [
          {
            id: 'd.json',
            name: 'd.json',
            provider: 'xai',
            type: 'xai',
            status: 'error',
            unavailable: true,
            weight: 2,
            next_retry_after: '2026-11-30T12:00:09Z',
            disabled: false,
          },
          { id: 'e.json', name: 'e.json', provider: 'xai', status: 'disabled', disabled: true, priority: 5 },
          { id: 'f.json', name: 'f.json', provider: 'xai', status: 'active', disabled: false },
        ],
      },
      '/auth-files/modelsd.json': { models: [{ id: 'grok-4.5', owned_by: 'xai' }, { id: 'team/grok-4.5' }] },
    });
    expect(await accountsWithModels(client)).toEqual([
      account('d', {
        weight: 2,
        failing: true,
        unavailable: true,
        nextRetryAfter: '2026-11-30T12:00:09Z',
        models: ['grok-4.5', 'team/grok-4.5'],
      }),
      account('e', { priority: 5, disabled: true, models: [] }),
      account('f', { models: undefined }),
    ]);
  });

  test('unless the gateway does not show them', async () => {
    expect(await accountsWithModels(reading({}))).toBeUndefined();
  });
});
