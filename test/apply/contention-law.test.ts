// The law of contention: whatever others change, at any time during an apply, is kept, and the outcome is true.
// HOLDFAST_LAW_RUNS sets the number of random cases.
import { afterEach, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { parseDocument } from 'yaml';
import { alone, COMMENT_IN_FILE, complaintsOf, type Edit, type Scene } from './contention.ts';
import { DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, teardown } from './setup.ts';

const RUNS = Number(process.env['HOLDFAST_LAW_RUNS'] ?? 20);

afterEach(teardown);

const MORE = `max-retry-interval: 30
oauth-excluded-models:
  claude: [old-model, kept-model] # for the team
plugins:
  configs:
    demo:
      limit: 5 # a day
`;
const MORE_V8 = `    claude:
        - name: shared
          base-url: https://claude.example
          keys:
            - api-key: sk-test-claude-1
plugins:
    configs:
        demo:
            limit: 5 # a day
config-version: 8`;

const FILES = {
  v7: GATEWAY_FILE + MORE,
  v8: GATEWAY_FILE_V8.replace('config-version: 8', MORE_V8),
  flat: GATEWAY_FILE + MORE,
} as const;

const DECLARED = `${DESIRED}max-retry-interval: 30
oauth-excluded-models:
  claude: [old-model, kept-model]
plugins:
  configs:
    demo:
      limit: 5
`;

/** Parts of a plan: by a field, by a list, by an entry, by a map, by the edited file. */
const PARTS: Readonly<Record<string, readonly [string, string]>> = {
  field: ['request-retry: 1', 'request-retry: 4'],
  'another field': ['max-retry-interval: 30', 'max-retry-interval: 7'],
  list: ['env:TEAM_B', 'env:TEAM_C'],
  entry: ['alias: kimi\n', 'alias: kimi\n    headers: { X-Ours: "yes" }\n'],
  channel: ['[old-model, kept-model]', '[kept-model, new-model]'],
  plugin: ['limit: 5', 'limit: 9'],
  file: ['max-retry', 'commercial-mode: true\nmax-retry'],
};

const planOf = (parts: readonly string[]): string =>
  parts.reduce((desired, part) => desired.replace(...(PARTS[part] ?? ['', ''])), DECLARED);

const scenes: fc.Arbitrary<Scene> = fc
  .tuple(
    fc.constantFrom('v7', 'v7', 'v8', 'flat'),
    fc.subarray(Object.keys(PARTS), { minLength: 1, maxLength: 4 }),
  )
  .map(([gateway, parts]) => ({
    options: { file: FILES[gateway], desired: DECLARED, api: gateway === 'v7' ? 'v7' : 'v8' },
    desired: planOf(parts),
    env: { TEAM_C: 'sk-test-0003' },
  }));

const value = fc.integer({ min: 50, max: 99 });
const name = fc.constantFrom('panel-a', 'panel-b', 'panel-c');

/** With the whole file sent back, comments and all. */
const inFile = (change: (document: ReturnType<typeof parseDocument>) => void): ((text: string) => string) => {
  return (text) => {
    const document = parseDocument(text);
    change(document);
    return document.toString();
  };
};

const entryOf = (members: object): object => ({ name: 'openrouter', value: members });

const edits: fc.Arbitrary<Edit> = fc.oneof(
  fc.record({
    name: fc.constant('a scalar'),
    path: fc.constantFrom('request-retry', 'max-retry-interval'),
    body: fc.record({ value }),
  }),
  fc.constant({ name: 'a switch', path: 'logging-to-file', body: { value: true } }),
  name.map((key) => ({
    name: 'a client key comes',
    method: 'PATCH',
    path: 'api-keys',
    body: { old: 'sk-none', new: `sk-test-${key}` },
  })),
  fc.constantFrom('sk-test-0001', 'sk-test-0002').map((key) => ({
    name: 'a client key goes',
    method: 'DELETE',
    path: `api-keys?value=${key}`,
  })),
  fc.tuple(name, value).map(([model, priority]) => ({
    name: 'members of an entry',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: entryOf({
      priority,
      models: [
        { name: 'moonshotai/kimi-k2', alias: 'kimi' },
        { name: model, alias: model },
      ],
    }),
  })),
  name.map((header) => ({
    name: 'headers of an entry',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: entryOf({ headers: { 'X-Panel': header } }),
  })),
  fc.tuple(fc.constantFrom('claude', 'codex'), name).map(([provider, model]) => ({
    name: 'an OAuth channel',
    method: 'PATCH',
    path: 'oauth-excluded-models',
    body: { provider, models: ['kept-model', model] },
  })),
  fc.tuple(fc.constantFrom('limit', 'panel'), value).map(([setting, limit]) => ({
    name: 'settings of a plugin',
    method: 'PATCH',
    path: 'plugins/demo/config',
    body: { [setting]: limit },
  })),
  value.map((limit) => ({
    name: 'the file, a setting of a plugin',
    edit: inFile((document) => document.setIn(['plugins', 'configs', 'demo', 'limit'], limit)),
  })),
  value.map((port) => ({
    name: 'the file, an unknown key',
    edit: inFile((document) => document.setIn(['another-future-key'], port)),
  })),
  fc.constant(COMMENT_IN_FILE),
  value.map((retries) => ({
    name: 'the file, a scalar',
    edit: (text: string) => text.replace(/request-retry: \d+/, `request-retry: ${retries}`),
  })),
);

test('nothing that others change is lost, and the outcome is true', async () => {
  const seeds = fc.array(fc.nat(), { minLength: 2, maxLength: 2 });
  await fc.assert(
    fc.asyncProperty(scenes, edits, seeds, async (scene, edit, draws) => {
      const quiet = await alone(scene);
      const instants = draws.map((draw) => 1 + (draw % quiet.requests.length));
      const found = await complaintsOf(scene, quiet, edit, instants);
      await teardown();
      expect(found).toEqual([]);
    }),
    { numRuns: RUNS },
  );
}, 600_000);
