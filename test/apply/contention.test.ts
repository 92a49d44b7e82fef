import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { alone, type Alone, complaintsOf, type Edit, instantsOf, type Scene } from './contention.ts';
import { DESIRED, GATEWAY_FILE, strike } from './setup.ts';

afterEach(strike);

const MORE = `max-retry-interval: 30
oauth-excluded-models:
  claude: [old-model]
plugins:
  configs:
    demo:
      limit: 5
`;
const CHANGED = DESIRED.replace('request-retry: 1', 'request-retry: 4');
const KEYS = { TEAM_B: 'sk-test-0003' };

const SCENES: Readonly<Record<string, Scene>> = {
  'field writes': {
    options: { file: GATEWAY_FILE + MORE },
    desired: `${CHANGED}max-retry-interval: 7\n`,
    env: KEYS,
  },
  'the edited file': {
    options: { file: GATEWAY_FILE + MORE },
    desired: `${CHANGED}  - name: ours
    base-url: https://ours.example/v1
    models:
      - name: ours
commercial-mode: true
max-retry-interval: 7
`,
    env: KEYS,
  },
};

const EDITS: readonly Edit[] = [
  { name: 'the path of a later write', path: 'max-retry-interval', body: { value: 555 } },
  { name: 'the path of an earlier write', path: 'request-retry', body: { value: 99 } },
  { name: 'another path', path: 'logging-to-file', body: { value: true } },
  {
    name: 'another entry of the same list',
    method: 'PATCH',
    path: 'api-keys',
    body: { old: 'sk-none', new: 'sk-test-panel-0009' },
  },
  { name: 'an entry of the same list goes', method: 'DELETE', path: 'api-keys?value=sk-test-0001' },
  {
    name: 'models of an entry',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: {
      name: 'openrouter',
      value: {
        models: [
          { name: 'moonshotai/kimi-k2', alias: 'kimi' },
          { name: 'panel', alias: 'panel' },
        ],
      },
    },
  },
  {
    name: 'a header of an entry',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: { name: 'openrouter', value: { headers: { 'X-Panel': 'yes' } } },
  },
  {
    name: 'an OAuth channel',
    method: 'PATCH',
    path: 'oauth-excluded-models',
    body: { provider: 'codex', models: ['panel-model'] },
  },
  { name: 'settings of a plugin', method: 'PATCH', path: 'plugins/demo/config', body: { limit: 6 } },
  {
    name: 'the whole file, another path',
    edit: (text) => text.replace('a-future-key: 1', 'a-future-key: 2'),
  },
  {
    name: 'the whole file, the same path',
    edit: (text) => text.replace(/max-retry-interval: \d+/, 'max-retry-interval: 555'),
  },
];

describe.each(Object.entries(SCENES))('%s, while others change the gateway', (_, scene) => {
  let quiet: Alone;
  beforeAll(async () => {
    quiet = await alone(scene);
  });

  test.each(EDITS.map((edit, i) => ({ ...edit, i })))(
    '$name, before our requests',
    async ({ i, ...edit }) => {
      expect(await complaintsOf(scene, quiet, edit, instantsOf(quiet, i))).toEqual([]);
    },
  );
});
