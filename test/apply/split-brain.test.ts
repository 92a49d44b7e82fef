import { afterEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import {
  DESIRED,
  GATEWAY_FILE,
  GATEWAY_FILE_V8,
  type Fixture,
  setup,
  type SetupOptions,
  teardown,
} from './setup.ts';

afterEach(teardown);

/** Two unknown values at `request-retry`, and a file whose `debug` was edited without being loaded. */
async function split(options: SetupOptions): Promise<Fixture> {
  const home = await setup({ desired: 'ws-auth: true\n', ...options });
  expect(await home.reconcile()).toMatchObject({ kind: expect.stringMatching(/applied|in-sync/) });
  home.sandbox.fault('dead-watcher');
  home.sandbox.fault('save-failure');
  expect(await home.panel('PUT', 'request-retry', { value: 7 })).toBe(500);
  home.sandbox.clearFaults();
  home.sandbox.fault('dead-watcher');
  const file = await home.file();
  await home.writeFile(
    file.replace('debug: false', 'debug: true').replace(/request-retry: \d/, 'request-retry: 9'),
  );
  await home.sandbox.settled();
  return home;
}

const KINDS: readonly (readonly [string, SetupOptions])[] = [
  ['v7', {}],
  ['v8', { file: GATEWAY_FILE_V8, api: 'v8' }],
  ['v8 with a flat file', { file: GATEWAY_FILE, api: 'v8' }],
];

describe.each(KINDS)('memory and file that disagree on %s', (_, options) => {
  test('say so, and nothing is written', async () => {
    const home = await split(options);
    await home.declare(
      DESIRED.replace('debug: false\nrequest-retry: 1\n', 'proxy-url: http://127.0.0.1:9\n'),
    );
    const refused = await home.reconcile();
    expect(refused).toMatchObject({
      kind: 'refused',
      plan: { agreement: { cause: 'split-brain', paths: ['debug', 'request-retry'] } },
    });
  });

  test.each([
    ['memory', false, 7],
    ['file', true, 9],
  ] as const)('are what %s says, if that is allowed', async (side, debug, retry) => {
    const home = await split(options);
    await home.declare(
      DESIRED.replace('debug: false\nrequest-retry: 1\n', 'proxy-url: http://127.0.0.1:9\n'),
    );
    home.sandbox.clearFaults();
    const applied = await home.reconcile({ allow: [{ guard: 'split-brain', choice: side }] });
    expect(applied).toMatchObject({ kind: 'applied' });
    await home.sandbox.settled();
    expect(home.sandbox.states().runtime).toMatchObject({
      debug,
      'request-retry': retry,
      'proxy-url': 'http://127.0.0.1:9',
    });
    expect(await home.check()).toMatchObject({ kind: 'in-sync', plan: { agreement: { kind: 'agree' } } });
  });
});

const GROUPS = GATEWAY_FILE_V8.replace(
  'config-version: 8\n',
  `    codex:
        - name: shared
          base-url: https://codex.example/v1
          prefix: team
          keys:
            - api-key: sk-test-a
            - api-key: sk-test-b
              priority: null
        - name: empty
          base-url: https://codex.example/v2
          keys: []
config-version: 8
`,
);

test('a family that memory holds otherwise keeps its groups, and lists of memory come into the file', async () => {
  const home = await split({ file: GROUPS, api: 'v8' });
  home.sandbox.fault('save-failure');
  const entry = { 'base-url': 'https://codex.example/v1', prefix: 'team' };
  const codex = [
    { ...entry, 'api-key': 'sk-test-a', priority: 4 },
    { ...entry, 'api-key': 'sk-test-b' },
  ];
  expect(await home.panel('PUT', 'codex-api-key', codex)).toBe(500);
  expect(await home.panel('PUT', 'oauth-excluded-models', { claude: ['claude-3-*'] })).toBe(500);
  expect(await home.panel('PUT', 'api-keys', ['sk-test-0001', 'sk-test-0009'])).toBe(500);
  home.sandbox.clearFaults();
  const allow = [{ guard: 'split-brain', choice: 'memory' }, { guard: 'overwrites-edit' }] as const;
  expect(await home.reconcile({ allow })).toMatchObject({ kind: 'applied' });
  await home.sandbox.settled();
  expect(parse(await home.file())).toMatchObject({
    access: { 'api-keys': ['sk-test-0001', 'sk-test-0009'] },
    'api-keys': {
      codex: [
        { name: 'shared', keys: [{ 'api-key': 'sk-test-a', priority: 4 }, { priority: null }] },
        { name: 'empty', keys: [] },
      ],
    },
    oauth: { 'excluded-models': { claude: ['claude-3-*'] } },
    observability: { logs: { debug: false } },
  });
  expect(await home.check()).toMatchObject({ kind: 'in-sync', plan: { agreement: { kind: 'agree' } } });
});
