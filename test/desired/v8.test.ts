// Desired state in the layout of v8: what is accepted, what is refused with place and right spelling, how layers merge.
import { describe, expect, test } from '@jest/globals';
import { ALL_LAYOUTS } from '../../src/desired/layout/layout.ts';
import { positionAt } from '../../src/domain/desired.ts';
import { directory, load, loadText, oneLine, treeOf } from './setup.ts';

const env = { K: 'sk-test-0001', L: 'sk-test-0002' };
const read = (text: string) => loadText(text, { env, layouts: ALL_LAYOUTS });
const problemsOf = async (text: string): Promise<readonly string[]> =>
  (await read(text)).problems.map((each) => `${oneLine(each)} | ${each.remedy}`);

const GROUP = 'api-keys:\n  codex:\n    - base-url: https://c.example\n';

describe('a file in the layout of v8', () => {
  test('is refused if only the flat one is accepted', async () => {
    const { desired, problems } = await loadText('server:\n  port: 8317\n', { layouts: ['legacy'] });
    expect(desired).toBeUndefined();
    expect(problems.map(oneLine)).toEqual(['a.yaml:1:1 HF2044 `server` belongs to the v8 layout']);
  });

  test('is read, with groups, inheritance and references', async () => {
    const loaded = await read(
      `config-version: 8\nserver: { port: 8317 }\n${GROUP}      prefix: team\n      keys:\n        - api-key: \${env:K}\n        - { api-key: "\${env:L}", prefix: null, priority: 0 }\n`,
    );
    expect(loaded.problems.map(oneLine)).toEqual([]);
    expect(loaded.desired?.layout).toBe('v8');
    expect(treeOf(loaded)).toMatchObject({
      'api-keys': {
        codex: [
          {
            prefix: 'team',
            keys: [{ 'api-key': 'sk-test-0001' }, { 'api-key': 'sk-test-0002', prefix: null, priority: 0 }],
          },
        ],
      },
    });
    expect([...(loaded.desired?.secrets.open() ?? [])]).toEqual(['sk-test-0001', 'sk-test-0002']);
  });

  test("that doesn't determine its layout has the flat one", async () => {
    const loaded = await read('plugins: { enabled: true }\nrouting: { strategy: fill-first }\n');
    expect(loaded.desired?.layout).toBe('legacy');
  });

  test('repeats a key for each line of a list', async () => {
    const loaded = await loadText(`${GROUP}      keys:\n        - api-key: \${list:KEYS}\n`, {
      env: { KEYS: 'sk-test-0001,sk-test-0002' },
      layouts: ALL_LAYOUTS,
    });
    expect(treeOf(loaded)).toMatchObject({
      'api-keys': { codex: [{ keys: [{ 'api-key': 'sk-test-0001' }, { 'api-key': 'sk-test-0002' }] }] },
    });
  });
});

const BAD: readonly (readonly [what: string, text: string, problem: string, remedy: string])[] = [
  [
    'a key of the flat layout',
    'server: { port: 1 }\nrequest-retry: 3\n',
    'a.yaml:1:1 HF2043 `server` belongs to the v8 layout, `request-retry` in line 2 to the flat one',
    'Use one layout per file. In the v8 tree, `request-retry` is `routing.retry.request-retry`. `holdfast migrate` rewrites whole files.',
  ],
  [
    'a section of the flat layout',
    'tls: { enable: true }\nmanagement: { allow-remote: true }\n',
    'a.yaml:2:1 HF2043 `management` belongs to the v8 layout, `tls` in line 1 to the flat one',
    'In the v8 tree, `tls` is `server.tls`.',
  ],
  [
    'credentials by provider in a flat file',
    `debug: true\n${GROUP}      keys: []\n`,
    'a.yaml:2:1 HF2043 `api-keys` belongs to the v8 layout, `debug` in line 1 to the flat one',
    '`observability.logs.debug`',
  ],
  [
    'client keys under their flat name',
    'server: { port: 1 }\napi-keys:\n  - ${env:K}\n',
    "a.yaml:2:1 HF2031 `api-keys` contains credentials by provider in the v8 tree, and isn't a list",
    'Client keys are in `access.api-keys` there.',
  ],
  ['a group without keys', GROUP, 'a.yaml:3:7 HF2033 `api-keys.codex[0]` has no `keys`', 'Add `keys`.'],
  [
    'base-url inside a key',
    `${GROUP}      keys:\n        - { api-key: "\${env:K}", base-url: x }\n`,
    'a.yaml:5:34 HF2030 `api-keys.codex[0].keys[0].base-url` belongs to the group, not to a key',
    'Move `base-url` next to `keys`',
  ],
  [
    'a member of keys on the group',
    `${GROUP}      websockets: true\n      keys: []\n`,
    'a.yaml:4:7 HF2030 `api-keys.codex[0].websockets` belongs to the keys of the group, not to the group',
    'Move `websockets` into the entries of `keys`.',
  ],
  [
    'a weight without a value',
    `${GROUP}      keys:\n        - { api-key: "\${env:K}", weight: null }\n`,
    'a.yaml:5:34 HF2034 `api-keys.codex[0].keys[0].weight` has no value',
    '',
  ],
  [
    'null on a group',
    `${GROUP}      prefix: null\n      keys: []\n`,
    'a.yaml:4:7 HF2034 `api-keys.codex[0].prefix` has no value',
    '',
  ],
  ['an unknown root', 'server: { port: 1 }\nbogus: 1\n', "a.yaml:2:1 HF2030 `bogus` isn't known here", ''],
  [
    'an unknown provider',
    'api-keys:\n  codx: []\n',
    "a.yaml:2:3 HF2030 `api-keys.codx` isn't known here. Did you mean `codex`?",
    'Write `codex`',
  ],
  [
    'a flat name below a section',
    'management: { remote-management: true }\n',
    "a.yaml:1:15 HF2030 `management.remote-management` isn't known here",
    '',
  ],
  [
    'a key at the wrong place',
    'server: { session-affinity-ttl: 1h }\n',
    "a.yaml:1:11 HF2030 `server.session-affinity-ttl` isn't known here. Did you mean `routing.session-affinity-ttl`?",
    '',
  ],
  ['a section that is null', 'server: null\n', 'a.yaml:1:1 HF2034 `server` has no value', ''],
  [
    'a section that is empty',
    'server: { tls: {} }\n',
    "a.yaml:1:11 HF2032 `server.tls` is a section of named keys and can't be empty",
    'Declare keys below it',
  ],
  [
    'a list of keys that is none',
    `${GROUP}      keys: { api-key: x }\n`,
    'a.yaml:4:7 HF2031 `api-keys.codex[0].keys` must be a list, not a mapping',
    '',
  ],
  [
    'a wrong type where null would do',
    `${GROUP}      keys:\n        - { api-key: "\${env:K}", priority: high }\n`,
    'a.yaml:5:44 HF2031 `api-keys.codex[0].keys[0].priority` must be a whole number, not text',
    '',
  ],
  ['another layout version', 'config-version: 7\n', 'a.yaml:1:17 HF2032 `config-version` must be 8', ''],
  [
    'two spellings of one key',
    'upstream: { xai: { inject-x-search: true } }\noauth: { providers: { xai: { inject-x-search: false } } }\n',
    'a.yaml:2:30 HF2043 `oauth.providers.xai.inject-x-search` is another spelling of `upstream.xai.inject-x-search`, which is also here',
    'Keep only `upstream.xai.inject-x-search`.',
  ],
  [
    'an entry that would be dropped',
    'api-keys:\n  codex:\n    - keys:\n        - api-key: ${env:K}\n',
    'a.yaml:4:11 HF2050 `api-keys.codex[0].keys[0]` would be dropped by the gateway: base-url is blank',
    '',
  ],
  [
    'a prefix on a group that would be erased',
    `${GROUP}      prefix: a/b\n      keys:\n        - api-key: \${env:K}\n`,
    'a.yaml:4:15 HF2052 `api-keys.codex[0].prefix` would become empty',
    '',
  ],
  [
    'bounds that the gateway refuses',
    'credentials: { in-flight: { snapshot-interval: 9s } }\n',
    'a.yaml:1:16 HF2054 `credentials.in-flight` would be refused by the gateway: credential-in-flight.stale-after must be at least three snapshot intervals',
    '',
  ],
  [
    'a bcrypt hash as the management key',
    'management: { secret-key: "$2a$10$N9qo8uLOickgx2ZMRZoMyeIjZAgcfl7p92ldGxad68LJZdL17lhWy" }\n',
    'a.yaml:1:27 HF2032 `management.secret-key` is a bcrypt hash',
    '',
  ],
  [
    'a key that only v8 knows, in a flat file',
    'debug: true\ntrusted-proxies: [127.0.0.1]\n',
    "a.yaml:2:1 HF2030 `trusted-proxies` isn't known to v7 gateways. In the v8 tree it's `server.trusted-proxies`",
    '',
  ],
  [
    'a section that only v8 knows, in a flat file',
    'discovery: { enabled: true }\n',
    "a.yaml:1:1 HF2030 `discovery` isn't known to v7 gateways. In the v8 tree it's `server.discovery`",
    '',
  ],
];

describe('one clear problem for', () => {
  test.each(BAD)('%s', async (_, text, problem, remedy) => {
    const found = await problemsOf(text);
    expect(found).toHaveLength(1);
    expect(found[0]).toContain(problem);
    expect(found[0]).toContain(remedy);
    expect((await read(text)).desired).toBeUndefined();
  });
});

describe('earlier spellings', () => {
  test('are read as todays, with a hint', async () => {
    const loaded = await read(
      'oauth:\n  auth-dir: a\n  providers:\n    codex: { response-steering: true, header-defaults: { user-agent: a } }\n',
    );
    expect(treeOf(loaded)).toEqual({
      oauth: { 'auth-dir': 'a', providers: { codex: { 'header-defaults': { 'user-agent': 'a' } } } },
      upstream: { codex: { 'response-steering': true } },
    });
    expect(loaded.problems.map((each) => `${each.severity} ${oneLine(each)}`)).toEqual([
      'warning a.yaml:4:14 HF2045 `oauth.providers.codex.response-steering` is an earlier spelling of `upstream.codex.response-steering`',
    ]);
    expect(loaded.desired && positionAt(loaded.desired, '/upstream/codex/response-steering')?.line).toBe(4);
  });
});

describe('layers', () => {
  const base = `${GROUP}      name: shared\n      prefix: team\n      keys:\n        - { api-key: "\${env:K}", prefix: own }\n        - api-key: \${env:L}\n`;
  const over = (text: string) =>
    load(directory({ 'base/a.yaml': base, 'over/b.yaml': text }), {
      layers: ['base', 'over'],
      env,
      layouts: ALL_LAYOUTS,
    });

  test('merge groups by name or address, and their keys by api-key', async () => {
    const loaded = await over(
      'api-keys:\n  codex:\n    - name: shared\n      priority: 5\n      keys:\n        - { api-key: "${env:K}", prefix: null }\n        - { api-key: "${env:L}", $remove: true }\n    - base-url: https://d.example\n      keys: []\n',
    );
    expect(loaded.problems.map(oneLine)).toEqual([]);
    expect(treeOf(loaded)).toEqual({
      'api-keys': {
        codex: [
          {
            'base-url': 'https://c.example',
            name: 'shared',
            prefix: 'team',
            priority: 5,
            keys: [{ 'api-key': 'sk-test-0001', prefix: null }],
          },
          { 'base-url': 'https://d.example', keys: [] },
        ],
      },
    });
  });

  test('drop a group', async () => {
    const loaded = await over('api-keys:\n  codex:\n    - { base-url: https://c.example, $remove: true }\n');
    expect(treeOf(loaded)).toEqual({ 'api-keys': { codex: [] } });
  });

  test('of both layouts are combined in that of v8', async () => {
    const loaded = await over(
      'request-retry: 3\ncodex-api-key:\n  - { api-key: "${env:K}", base-url: https://e.example }\n',
    );
    expect(loaded.problems.map(oneLine)).toEqual([]);
    expect(loaded.desired?.layout).toBe('v8');
    expect(treeOf(loaded)).toMatchObject({
      routing: { retry: { 'request-retry': 3 } },
      'api-keys': {
        codex: [
          { name: 'shared' },
          { 'base-url': 'https://e.example', keys: [{ 'api-key': 'sk-test-0001' }] },
        ],
      },
    });
    expect(loaded.desired && positionAt(loaded.desired, '/routing/retry/request-retry')).toMatchObject({
      line: 1,
      column: 16,
    });
  });

  test("of both layouts report what the tree of v8 can't express", async () => {
    const loaded = await over('codex: { identity-confuse: true }\n');
    expect(
      loaded.problems.map((each) => `${each.position?.file}:${each.position?.line} ${each.code}`),
    ).toEqual(['over/b.yaml:1 HF2047']);
  });
});
