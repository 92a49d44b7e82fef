import { afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import { type Checkpoint, type Context, recover } from '../../../src/apply/apply.ts';
import type { Client } from '../../../src/gateway/client/client.ts';
import {
  alone,
  type Alone,
  COMMENT_IN_FILE,
  complaintAfterCrash,
  type Edit,
  type Scene,
} from '../contention.ts';
import { DESIRED, GATEWAY_FILE, GATEWAY_FILE_V8, type Fixture, setup, teardown } from '../setup.ts';

afterEach(teardown);

const RETRY = DESIRED.replace('request-retry: 1', 'request-retry: 4');
const TWO = RETRY.replace('debug: false', 'debug: true');

const FORWARD: readonly Checkpoint[] = [
  'locked',
  'observed',
  'backed-up',
  'journalled',
  'sending',
  'sent',
  'settled',
  'verified',
  'committed',
];

describe('a crash at any step is resolved at the next start', () => {
  for (const point of FORWARD) {
    test(`at "${point}" a field write`, async () => {
      const fixture = await setup({ desired: RETRY });
      await fixture.crashAt(point);
      await fixture.sandbox.settled();
      const outcome = await fixture.reconcile();
      expect(['applied', 'in-sync']).toContain(outcome.kind);
      expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 4 });
      expect(fixture.sandbox.states().runtime).toMatchObject({ 'request-retry': 4 });
      expect(await fixture.store.journal('home')).toBeUndefined();
    });
  }

  test('between two writes the first is rolled back, then all is applied', async () => {
    const fixture = await setup({ desired: TWO });
    await fixture.crashAt('settled');
    expect(await fixture.recover()).toMatchObject({ kind: 'in-sync' });
    expect(await fixture.store.journal('home')).toBeUndefined();
    expect(await fixture.reconcile({ retry: true })).toMatchObject({ kind: 'applied' });
  });

  test('in the middle of a rollback, the rollback is finished', async () => {
    const fixture = await setup({ desired: TWO, faults: ['drop-writes=/debug'] });
    await fixture.crashAt('roll-back-started').catch(() => undefined);
    fixture.sandbox.clearFaults();
    await fixture.recover();
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 1 });
    expect(await fixture.store.journal('home')).toBeUndefined();
  });

  test('an empty file is restored', async () => {
    const fixture = await setup({ desired: RETRY });
    const before = await fixture.file();
    await fixture.crashAt('sent');
    await fixture.sandbox.settled();
    await fixture.writeFile('');
    expect(await fixture.recover()).toMatchObject({ kind: 'in-sync' });
    expect(await fixture.file()).toBe(before);
  });

  const withKey = async (): Promise<Fixture> => {
    const desired = `${DESIRED}commercial-mode: true\n`;
    const fixture = await setup({ desired, faults: ['dead-watcher'] });
    await fixture.declare(desired, { TEAM_A: 'sk-test-0003' });
    await fixture.crashAt('sent', { allow: [{ guard: 'mass-delete' }] });
    return fixture;
  };

  test.each([
    ['the change', ''],
    ['the change beside one by others', 'logging-to-file: true\n'],
  ])('if the running gateway does not follow its file, it is made to load %s', async (_, theirs) => {
    const fixture = await withKey();
    if (theirs !== '') await fixture.panel('PUT', 'config.yaml', (await fixture.file()) + theirs);
    expect(await fixture.admits('sk-test-0003')).toBe(false);
    expect(await fixture.recover()).toMatchObject({ kind: 'in-sync', problems: expect.anything() });
    expect((await fixture.store.history('home'))[0]?.outcome).toBe('applied');
    expect((await fixture.file()).includes('logging-to-file: true')).toBe(theirs !== '');
    expect([await fixture.admits('sk-test-0001'), await fixture.admits('sk-test-0003')]).toEqual([
      false,
      true,
    ]);
  });

  test('a change that callers never get is rolled back', async () => {
    const fixture = await withKey();
    const connect: Context['connect'] = (lease) => {
      const client = fixture.context.connect(lease);
      const send: Client['send'] = async (request) => {
        const answer = await client.send(request);
        const isNewKey =
          typeof request.credential === 'object' &&
          'clientKey' in request.credential &&
          request.credential.clientKey.open() === 'sk-test-0003';
        return isNewKey ? { ...answer, status: 401 } : answer;
      };
      return { ...client, target: client.target, send };
    };
    expect(await recover({ ...fixture.context, connect })).toMatchObject({ kind: 'in-sync' });
    expect((await fixture.store.history('home'))[0]?.outcome).toBe('rolled-back');
    expect([await fixture.admits('sk-test-0001'), await fixture.admits('sk-test-0003')]).toEqual([
      true,
      false,
    ]);
    expect(await fixture.store.journal('home')).toBeUndefined();
  });

  test('a journal that is too old, with the gateway partly written, is left to a person', async () => {
    const fixture = await setup({ desired: TWO });
    await fixture.crashAt('sent');
    await fixture.sandbox.settled();
    const journal = await fixture.store.journal('home');
    await fixture.store.writeJournal('home', {
      ...journal!,
      openedAt: journal!.openedAt - 16 * 60_000,
      predicted: ['', ''],
    });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'rollback-failed', problems: [{ code: 'HF5021' }] });
    expect(await fixture.reconcile({ retry: true })).toMatchObject({ kind: 'applied' });
  });

  test('after 16 minutes with a change by others in it, no step restores a backup over that', async () => {
    const fixture = await setup({ desired: TWO });
    await fixture.crashAt('sent');
    await fixture.sandbox.settled();
    await fixture.panel('PUT', 'logging-to-file', { value: true });
    const journal = await fixture.store.journal('home');
    await fixture.store.writeJournal('home', { ...journal!, openedAt: journal!.openedAt - 16 * 60_000 });
    const outcome = await fixture.reconcile();
    if (outcome.kind !== 'rollback-failed') throw new Error(outcome.kind);
    expect(outcome.remedy.join()).not.toContain(fixture.store.backupFile('home', outcome.backup));
    expect(await fixture.reconcile({ retry: true })).toMatchObject({ kind: 'applied' });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'logging-to-file': true });
  });
});

const MORE = `max-retry-interval: 30
plugins:
  configs:
    demo:
      limit: 5
`;
const FIELDS = `${TWO}max-retry-interval: 7\n`;
const SCENES: Readonly<Record<string, Scene>> = {
  'field writes': {
    options: { file: GATEWAY_FILE + MORE },
    desired: FIELDS,
    env: { TEAM_B: 'sk-test-0003' },
  },
  'the edited file': {
    options: { file: GATEWAY_FILE + MORE },
    desired: `${FIELDS}commercial-mode: true\nplugins:\n  configs:\n    demo:\n      limit: 9\n`,
    env: { TEAM_B: 'sk-test-0003' },
  },
  'a v8 gateway': {
    options: { file: GATEWAY_FILE_V8, api: 'v8' },
    desired: FIELDS,
    env: { TEAM_B: 'sk-test-0003' },
  },
};
const EDITS: readonly Edit[] = [
  { name: 'another value', path: 'logging-to-file', body: { value: true } },
  { name: 'the value that we write', path: 'request-retry', body: { value: 99 } },
  {
    name: 'an entry of the list that we write',
    method: 'PATCH',
    path: 'api-keys',
    body: { old: 'sk-none', new: 'sk-test-panel' },
  },
  { name: 'an entry of it goes', method: 'DELETE', path: 'api-keys?value=sk-test-0001' },
  {
    name: 'a header',
    method: 'PATCH',
    path: 'openai-compatibility',
    body: { name: 'openrouter', value: { headers: { 'X-Panel': 'yes' } } },
  },
  { name: 'settings of a plugin', method: 'PATCH', path: 'plugins/demo/config', body: { panel: 6 } },
  COMMENT_IN_FILE,
];
const BETWEEN: readonly Checkpoint[] = ['sending', 'sent', 'settled', 'verified'];

describe.each(Object.entries(SCENES))('%s, and a change by others after the crash', (_, scene) => {
  let quiet: Alone;
  beforeAll(async () => {
    quiet = await alone(scene);
  });

  test.each(EDITS)('$name: theirs is kept, ours is completed or reverted', async (edit) => {
    const found: string[] = [];
    for (const point of BETWEEN) {
      const wrong = await complaintAfterCrash(scene, quiet, point, edit);
      if (wrong !== undefined) found.push(`${point}: ${wrong}`);
    }
    expect(found).toEqual([]);
  });
});

const FAMILY = `    codex:
        - name: shared
          base-url: https://codex.example/v1
          prefix: team
          keys:
            - api-key: sk-test-codex-1
            - api-key: sk-test-codex-2
config-version: 8`;

describe('a key of a v8 group, and others who set a member of it after the crash', () => {
  const edit: Edit = {
    name: 'a header',
    method: 'PATCH',
    path: 'codex-api-key',
    body: { match: 'sk-test-codex-1', value: { headers: { 'X-Panel': 'yes' } } },
  };
  const scene: Scene = {
    options: { file: GATEWAY_FILE_V8.replace('config-version: 8', FAMILY), api: 'v8' },
    desired: `${TWO}codex-api-key:
  - api-key: \${env:CODEX_1}
    base-url: https://codex.example/v1
    prefix: ours
  - api-key: \${env:CODEX_2}
    base-url: https://codex.example/v1
    prefix: team
`,
    env: { TEAM_B: 'sk-test-0003', CODEX_1: 'sk-test-codex-1', CODEX_2: 'sk-test-codex-2' },
  };

  test.each(BETWEEN)('at %s', async (point) => {
    expect(await complaintAfterCrash(scene, await alone(scene), point, edit)).toBeUndefined();
  });
});
