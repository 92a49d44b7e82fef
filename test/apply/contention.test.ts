import { afterEach, expect, test } from '@jest/globals';
import type { Evidence, Outcome } from '../../src/domain/outcome/outcome.ts';
import {
  beforeRequests,
  COMMENT_IN_FILE,
  type Edit,
  foreignEdit,
  keepsWhatOthersDo,
  type Scene,
} from './contention.ts';
import { DESIRED, GATEWAY_FILE, setup, teardown } from './setup.ts';

afterEach(teardown);

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
  COMMENT_IN_FILE,
];

keepsWhatOthersDo(SCENES, EDITS);

test('a comment that a field write of others moves does not count against the plan, and is reported', async () => {
  const file = GATEWAY_FILE + MORE.replace('[old-model]', '[old-model] # for the team');
  const fixture = await setup({ file });
  await fixture.reconcile();
  await fixture.declare(`${DESIRED}commercial-mode: true\n`);
  const movedBeforeReading = beforeRequests(fixture, async (_, { purpose, path }) => {
    if (purpose === 'settle' && path.endsWith('/config.yaml'))
      await fixture.panel('PUT', 'debug', { value: false });
  });
  const outcome = await fixture.reconcile({}, movedBeforeReading);
  expect(outcome.kind).toBe('applied');
  expect(await fixture.file()).toMatch(/plugins: # for the team[^]*commercial-mode: true/);
  const line = file.split('\n').findIndex((text) => text.includes('# for the team')) + 1;
  const moved = `moved or removed the comment in line ${line} (for the team)`;
  expect(evidenceIn(outcome)).toContainEqual({
    check: 'changed by someone else, and kept',
    passed: true,
    detail: moved,
  });
  expect(outcome.problems).toContainEqual(
    expect.objectContaining({
      code: 'HF5019',
      severity: 'warning',
      message: `someone else ${moved}; that change stays`,
    }),
  );
});

test('where the plan stops, the outcome says for which path the files declare another value', async () => {
  const fixture = await setup();
  await fixture.reconcile();
  await fixture.declare(CHANGED);
  const both: Edit = {
    name: 'the same path and another one',
    edit: (text) => `${text.replace('request-retry: 4', 'request-retry: 99')}logging-to-file: true\n`,
  };
  const editedBeforeReading = beforeRequests(fixture, async (_, { purpose, path }) => {
    if (purpose === 'settle' && path.endsWith('/config.yaml') && !(await fixture.file()).includes('logging'))
      await foreignEdit(fixture, both);
  });
  const { problems } = await fixture.reconcile({}, editedBeforeReading);
  const changed = 'request-retry (1 before, 4 planned, 99 now), logging-to-file (nothing before, true now)';
  expect(problems).toMatchObject([
    {
      code: 'HF5023',
      message: `someone else changed ${changed}, and the files declare another value for request-retry`,
    },
  ]);
});

test('a comment that others add stays when the plan is rolled back, and is reported', async () => {
  const fixture = await setup({ faults: ['drop-writes=/request-retry'] });
  await fixture.reconcile();
  await fixture.declare(CHANGED.replace('debug: false', 'debug: true'));
  let isAdded = false;
  const addedBeforeReading = beforeRequests(fixture, async (_, { purpose }) => {
    if (purpose !== 'settle' || isAdded) return;
    isAdded = true;
    await foreignEdit(fixture, COMMENT_IN_FILE);
  });
  const outcome = await fixture.reconcile({}, addedBeforeReading);
  expect(outcome.kind).toBe('rolled-back');
  expect(await fixture.file()).toMatch(/port: 8317 # by others[^]*debug: false\nrequest-retry: 1/);
  const added = 'added the comment in line 3 (by others)';
  expect(evidenceIn(outcome)).toContainEqual({
    check: 'changed by someone else, and kept',
    passed: true,
    detail: added,
  });
  expect(outcome.problems).toContainEqual(
    expect.objectContaining({ code: 'HF5019', message: `someone else ${added}; that change stays` }),
  );
});

const evidenceIn = (outcome: Outcome): readonly Evidence[] => ('evidence' in outcome ? outcome.evidence : []);
