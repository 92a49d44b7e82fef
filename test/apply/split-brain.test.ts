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
  const fixture = await setup({ desired: 'ws-auth: true\n', ...options });
  expect(await fixture.reconcile()).toMatchObject({ kind: expect.stringMatching(/applied|in-sync/) });
  fixture.sandbox.fault('dead-watcher');
  fixture.sandbox.fault('save-failure');
  expect(await fixture.panel('PUT', 'request-retry', { value: 7 })).toBe(500);
  fixture.sandbox.clearFaults();
  fixture.sandbox.fault('dead-watcher');
  const file = await fixture.file();
  await fixture.writeFile(
    file.replace('debug: false', 'debug: true').replace(/request-retry: \d/, 'request-retry: 9'),
  );
  await fixture.sandbox.settled();
  return fixture;
}

const KINDS: readonly (readonly [string, SetupOptions])[] = [
  ['v7', {}],
  ['v8', { file: GATEWAY_FILE_V8, api: 'v8' }],
  ['v8 with a flat file', { file: GATEWAY_FILE, api: 'v8' }],
];

describe.each(KINDS)('memory and file that disagree on %s', (_, options) => {
  test('say so, and nothing is written', async () => {
    const fixture = await split(options);
    await fixture.declare(
      DESIRED.replace('debug: false\nrequest-retry: 1\n', 'proxy-url: http://127.0.0.1:9\n'),
    );
    const refused = await fixture.reconcile();
    expect(refused).toMatchObject({
      kind: 'refused',
      plan: { agreement: { cause: 'split-brain', paths: ['debug', 'request-retry'] } },
    });
  });

  test.each([
    ['memory', false, 7],
    ['file', true, 9],
  ] as const)('are what %s says, if that is allowed', async (side, debug, retry) => {
    const fixture = await split(options);
    await fixture.declare(
      DESIRED.replace('debug: false\nrequest-retry: 1\n', 'proxy-url: http://127.0.0.1:9\n'),
    );
    fixture.sandbox.clearFaults();
    const applied = await fixture.reconcile({ allow: [{ guard: 'split-brain', choice: side }] });
    expect(applied).toMatchObject({ kind: 'applied' });
    await fixture.sandbox.settled();
    expect(fixture.sandbox.states().runtime).toMatchObject({
      debug,
      'request-retry': retry,
      'proxy-url': 'http://127.0.0.1:9',
    });
    expect(await fixture.check()).toMatchObject({ kind: 'in-sync', plan: { agreement: { kind: 'agree' } } });
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
  const fixture = await split({ file: GROUPS, api: 'v8' });
  fixture.sandbox.fault('save-failure');
  const entry = { 'base-url': 'https://codex.example/v1', prefix: 'team' };
  const codex = [
    { ...entry, 'api-key': 'sk-test-a', priority: 4 },
    { ...entry, 'api-key': 'sk-test-b' },
  ];
  expect(await fixture.panel('PUT', 'codex-api-key', codex)).toBe(500);
  expect(await fixture.panel('PUT', 'oauth-excluded-models', { claude: ['claude-3-*'] })).toBe(500);
  expect(await fixture.panel('PUT', 'api-keys', ['sk-test-0001', 'sk-test-0009'])).toBe(500);
  fixture.sandbox.clearFaults();
  const allow = [{ guard: 'split-brain', choice: 'memory' }, { guard: 'overwrites-edit' }] as const;
  expect(await fixture.reconcile({ allow })).toMatchObject({ kind: 'applied' });
  await fixture.sandbox.settled();
  expect(parse(await fixture.file())).toMatchObject({
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
  expect(await fixture.check()).toMatchObject({ kind: 'in-sync', plan: { agreement: { kind: 'agree' } } });
});
