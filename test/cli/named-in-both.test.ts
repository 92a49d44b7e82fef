// `api-keys` is the client keys in the flat layout, and the credentials of all providers in the one of v8. In settings and
// flags it means what it means in the files, on every gateway.
import { afterEach, describe, expect, test } from '@jest/globals';
import { EXIT } from '../../src/domain/problem/exit.ts';
import { place, type Place } from './setup.ts';

const KEY = 'sk-test-mgmt-1';
const FLAT = `port: 8317
request-retry: 1
api-keys:
  - sk-test-client-0001
claude-api-key:
  - api-key: sk-test-claude-0001
remote-management:
  secret-key: ${KEY}
`;
const TREE = `config-version: 8
server: { port: 8317 }
routing: { retry: { request-retry: 1 } }
access: { api-keys: [sk-test-client-0001] }
api-keys:
  claude:
    - name: claude
      keys:
        - api-key: sk-test-claude-0001
management: { secret-key: ${KEY} }
`;
/** Somebody's client key is missing in them, a credential is another. */
const FILES = {
  flat: 'api-keys: [sk-test-client-0002]\nclaude-api-key: [{ api-key: sk-test-claude-0002 }]\n',
  v8: 'access: { api-keys: [sk-test-client-0002] }\napi-keys: { claude: [{ name: claude, keys: [{ api-key: sk-test-claude-0002 }] }] }\n',
};

let at: Place;
afterEach(() => at.close());

/** The changed paths, by what they belong to. */
async function changed(...words: readonly string[]): Promise<readonly string[]> {
  const { out, err } = await at.holdfast('plan', '--output', 'json', '--allow', 'literal-secret', ...words);
  const { plans } = JSON.parse(out || err) as {
    plans: [{ readonly changes: readonly { readonly path: string; readonly kind: string }[] }];
  };
  const isClients = (path: string): boolean => /^(?:access\.)?api-keys\[/.test(path);
  const found = plans[0].changes.map(({ path, kind }) =>
    isClients(path) ? `${kind} client key` : 'a credential',
  );
  return [...new Set(found)].toSorted();
}

const GATEWAYS = [
  ['v7', 'v7', FLAT],
  ['v8 with a flat file', 'v8', FLAT],
  ['v8', 'v8', TREE],
] as const;

describe.each(GATEWAYS)('on a gateway of %s', (_, api, gateway) => {
  const start = async (layout: 'flat' | 'v8', policy: object): Promise<void> => {
    at = await place({
      gateway,
      files: { 'desired-state/gateway.yaml': FILES[layout] },
      env: {},
      managementKey: KEY,
      api,
    });
    const target = { name: 'home', url: at.sandbox.url, key: '${env:HOLDFAST_KEY}', adopted: true, policy };
    await at.write({ 'holdfast.yaml': JSON.stringify({ version: 1, targets: [target] }) });
  };

  test.each([
    ['ownership by entries keeps the client keys of others', { ownership: { 'api-keys': 'entries' } }],
    ['the same by the name of the other layout', { ownership: { 'access.api-keys': 'entries' } }],
  ])('with flat files: %s', async (__, policy) => {
    await start('flat', policy);
    expect(await changed()).toEqual(['a credential', 'add client key']);
  });

  test.each([['api-keys'], ['access.api-keys']])(
    'with flat files: `ignore: [%s]` is the client keys',
    async (path) => {
      await start('flat', { ignore: [path] });
      expect(await changed()).toEqual(['a credential']);
    },
  );

  test('with flat files: `--only api-keys` is the client keys', async () => {
    await start('flat', {});
    expect(await changed('--only', 'api-keys')).toEqual(['add client key', 'remove client key']);
    expect((await at.holdfast('plan', '--only', 'api-keys')).exit).toBe(EXIT.refused);
  });

  test('with files of v8: `ignore` and `--only` of `api-keys` are the credentials', async () => {
    await start('v8', { ignore: ['api-keys'] });
    expect(await changed()).toEqual(['add client key', 'remove client key']);
    await at.close();
    await start('v8', {});
    expect(await changed('--only', 'api-keys')).toEqual(['a credential']);
  });
});
