import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import {
  alone,
  type Alone,
  complaintsOf,
  type Edit,
  editsWith,
  instantsOf,
  SAME_VALUE_IN_FILE,
  type Scene,
  writesOf,
} from './contention.ts';
import { DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, teardown } from './setup.ts';

afterEach(teardown);

const CHANGED = DESIRED.replace('request-retry: 1', 'request-retry: 4');
const KEYS = { TEAM_B: 'sk-test-0003', CODEX: 'sk-test-codex-1', CODEX_2: 'sk-test-codex-2' };

const GROUPS = GATEWAY_FILE_V8.replace(
  'config-version: 8',
  `    codex:
        - name: shared # two teams
          base-url: https://codex.example/v1
          prefix: team
          keys:
            - api-key: sk-test-codex-1
            - api-key: sk-test-codex-2
requests:
    proxy-url: http://127.0.0.1:9
oauth:
    excluded-models:
        claude: [old-model]
plugins:
    configs:
        demo:
            limit: 5
config-version: 8`,
).replace('oauth:\n    auth-dir: AUTH_DIR\n', '');

/** Without comments inside of lists, which a JSON request would lose. */
const PLAIN = GROUPS.replace(' # team a', '').replace(' # two teams', '');

const FLAT = `${GATEWAY_FILE}max-retry-interval: 30
codex-api-key:
  - api-key: sk-test-codex-1
    base-url: https://codex.example/v1
    prefix: team
oauth-excluded-models:
  claude: [old-model]
plugins:
  configs:
    demo:
      limit: 5
`;

const v8 = (file: string, more: Partial<Scene['options']> = {}): Scene['options'] => ({
  file,
  api: 'v8',
  ...more,
});

const SCENES: Readonly<Record<string, Scene & { readonly writes: readonly string[] }>> = {
  'a PATCH of the root': {
    options: v8(PLAIN),
    desired: CHANGED,
    env: KEYS,
    writes: ['PATCH /v8/management/config'],
  },
  'a PATCH, the PUT of a map, and a DELETE': {
    options: v8(PLAIN, {
      desired: `${DESIRED}proxy-url: http://127.0.0.1:9\noauth-excluded-models:\n  claude: [old-model]\n`,
    }),
    desired: `${CHANGED}oauth-excluded-models: {}\n`,
    env: KEYS,
    act: (fixture, more) => fixture.reconcile({ prune: true, allow: [{ guard: 'mass-delete' }] }, more),
    writes: [
      'PATCH /v8/management/config',
      'PUT /v8/management/config/oauth/excluded-models',
      'DELETE /v8/management/config/requests/proxy-url',
    ],
  },
  'an edit of a group': {
    options: v8(PLAIN),
    desired: `${CHANGED}codex-api-key:
  - api-key: \${env:CODEX}
    base-url: https://codex.example/v1
    prefix: ours
  - api-key: \${env:CODEX_2}
    base-url: https://codex.example/v1
    prefix: team
`,
    env: KEYS,
    writes: ['PATCH /v8/management/config'],
  },
  'the edited file': {
    options: v8(GROUPS),
    desired: CHANGED,
    env: KEYS,
    writes: ['PUT /v0/management/config.yaml'],
  },
  'a flat file': {
    options: v8(FLAT),
    desired: `${CHANGED}codex-api-key:
  - api-key: \${env:CODEX}
    base-url: https://codex.example/v1
    prefix: ours
`,
    env: KEYS,
    writes: ['PUT /v0/management/config.yaml'],
  },
};

const EDITS: readonly Edit[] = [
  ...editsWith('sk-test-panel-0009'),
  {
    name: 'a member of the key that we write, which the gateway moves into a group of its own',
    method: 'PATCH',
    path: 'codex-api-key',
    body: { match: 'sk-test-codex-1', value: { headers: { 'X-Panel': 'yes' } } },
  },
  {
    name: 'an OAuth channel',
    method: 'PATCH',
    path: 'oauth-excluded-models',
    body: { provider: 'codex', models: ['panel-model'] },
  },
  {
    name: 'the same OAuth channel',
    method: 'PATCH',
    path: 'oauth-excluded-models',
    body: { provider: 'claude', models: ['panel-model'] },
  },
  { name: 'settings of a plugin', method: 'PATCH', path: 'plugins/demo/config', body: { limit: 6 } },
  SAME_VALUE_IN_FILE,
];

/** Only where the file is one of v8: on a flat one they would convert it. */
const TREE_EDITS: readonly Edit[] = [
  {
    name: 'the same value, by a PATCH of the tree',
    method: 'PATCH',
    path: 'v8/management/config',
    body: { routing: { retry: { 'request-retry': 99 } } },
  },
  {
    name: 'another value, by a PUT into the tree',
    path: 'v8/management/config/observability/logs/debug',
    body: true,
  },
];

function editsOf(scene: string): readonly (Edit & { readonly i: number })[] {
  const edits = scene === 'a flat file' ? EDITS : [...EDITS, ...TREE_EDITS];
  return edits.map((edit, i) => ({ ...edit, i }));
}

describe.each(Object.entries(SCENES))(
  '%s on a v8 gateway, while others change it',
  (name, { writes, ...scene }) => {
    let quiet: Alone;
    beforeAll(async () => {
      quiet = await alone(scene);
    });

    test('is written by these requests', () => {
      expect(writesOf(quiet)).toEqual(writes);
    });

    test.each(editsOf(name))('$name, before our requests', async ({ i, ...edit }) => {
      expect(await complaintsOf(scene, quiet, edit, instantsOf(quiet, i))).toEqual([]);
    });
  },
);
