import { afterEach, describe, expect, test } from '@jest/globals';
import { backUp, restore } from '../../../src/apply/apply.ts';
import { callApi } from '../../../src/apply/api/api.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { Journal } from '../../../src/domain/state/state.ts';
import type { Store } from '../../../src/state/store.ts';
import { DESIRED, setup, teardown } from '../setup.ts';

afterEach(teardown);

const RETRY = DESIRED.replace('request-retry: 1', 'request-retry: 4');

describe('restore', () => {
  test('puts a backup back, byte for byte, with a backup of what was there', async () => {
    const fixture = await setup({ desired: RETRY });
    const before = await fixture.file();
    const applied = await fixture.reconcile();
    if (applied.kind !== 'applied') throw new Error(JSON.stringify(applied));
    const outcome = await fixture.restore({ id: applied.backup });
    expect(outcome).toMatchObject({ kind: 'restored', fidelity: 'exact', restored: applied.backup });
    expect(await fixture.file()).toBe(before);
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 1 });
    expect((await fixture.store.listBackups('home'))[0]).toMatchObject({ reason: 'before-restore' });
  });

  test('has nothing to do where the file is the backup', async () => {
    const fixture = await setup();
    await backUp(fixture.context);
    expect(await fixture.restore('latest')).toMatchObject({ kind: 'in-sync' });
  });

  test('reports that there is no such backup', async () => {
    const fixture = await setup();
    expect(await fixture.restore('latest')).toMatchObject({
      kind: 'invalid',
      problems: [{ code: 'HF5040' }],
    });
  });
});

test('what else a restore records is written before anybody else gets the lock', async () => {
  const fixture = await setup({ desired: RETRY });
  const applied = await fixture.reconcile();
  if (applied.kind !== 'applied') throw new Error(JSON.stringify(applied));
  const { store } = fixture.context;
  const afterRelease: unknown[] = [];
  const watching: Store = Object.assign(Object.create(store) as Store, {
    lock: async (...args: Parameters<Store['lock']>) => {
      const lease = await store.lock(...args);
      const release = async (): Promise<void> => {
        afterRelease.push((await store.read('home')).quarantine?.revision);
        await lease.release();
      };
      return { ...lease, release };
    },
  });
  const back = async (dryRun: boolean, revision: string): Promise<string> => {
    const remembers = (since: number) => ({ quarantine: { revision, since, reason: 'somebody' } });
    const request = { backup: { id: applied.backup }, remembers, dryRun };
    return (await restore({ ...fixture.context, store: watching }, request)).kind;
  };
  expect(await back(true, 'r0')).toBe('drifted');
  expect(await back(false, 'r1')).toBe('restored');
  expect(await back(true, 'r2')).toBe('in-sync');
  expect(await back(false, 'r3')).toBe('in-sync');
  expect(afterRelease).toEqual([undefined, 'r1', 'r1', 'r3']);
});

describe('what a restore reports and records', () => {
  test('names no entry by its key', async () => {
    const fixture = await setup();
    const { id } = await backUp(fixture.context);
    await fixture.panel('PUT', 'gemini-api-key', [{ 'api-key': 'sk-test-gem-1' }]);
    await fixture.panel('PUT', 'api-keys', ['sk-test-0001', 'sk-test-0003']);
    let summary = '';
    let journal = '';
    const { store } = fixture.context;
    const watching: Store = Object.assign(Object.create(store) as Store, {
      writeJournal: async (target: string, written: Journal) => {
        journal = JSON.stringify(written);
        await store.writeJournal(target, written);
      },
    });
    const outcome = await restore(
      { ...fixture.context, store: watching },
      {
        backup: { id },
        confirm: async (told) => {
          summary = JSON.stringify(told);
          return true;
        },
      },
    );
    expect(outcome.kind).toBe('restored');
    expect(summary).toContain('gemini-api-key');
    expect(`${summary}${journal}${JSON.stringify(outcome)}`).not.toContain('sk-test-');
  });
});

describe('the api engine', () => {
  test('reads without secrets, unless they are requested', async () => {
    const { context } = await setup();
    const hidden = await callApi(context, { method: 'GET', path: 'config' });
    expect(hidden).toMatchObject({ status: 200, effect: { kind: 'read' } });
    expect(JSON.stringify(hidden)).not.toContain('sk-test-');
    const shown = await callApi(context, { method: 'GET', path: 'api-keys', reveal: true });
    expect(shown.body).toEqual({ 'api-keys': ['sk-test-0001', 'sk-test-0002'] });
    const raw = await callApi(context, { method: 'GET', path: 'config.yaml' });
    expect(JSON.stringify(raw)).not.toContain('sk-test-');
  });

  test('writes, reads back and reports what changed', async () => {
    const fixture = await setup();
    const result = await callApi(fixture.context, {
      method: 'PATCH',
      path: 'api-keys',
      body: seal('{"old":"sk-test-0001","new":"sk-test-0009"}'),
    });
    expect(result).toMatchObject({ status: 200, effect: { kind: 'changed' }, problems: [] });
    expect(await fixture.admits('sk-test-0009')).toBe(true);
  });

  test('takes a backup before a PUT', async () => {
    const fixture = await setup();
    const result = await callApi(fixture.context, {
      method: 'PUT',
      path: 'debug',
      body: seal('{"value":true}'),
    });
    expect(result.backup).toBe((await fixture.store.listBackups('home'))[0]?.id);
  });

  test('does not trust a 200 that changed nothing', async () => {
    const { context } = await setup({ faults: ['drop-writes=/debug'] });
    const result = await callApi(context, { method: 'PUT', path: 'debug', body: seal('{"value":true}') });
    expect(result).toMatchObject({
      status: 200,
      effect: { kind: 'nothing' },
      problems: [{ code: 'HF5050' }],
    });
  });

  test('distinguishes a lost write from a write of the current value', async () => {
    const { context } = await setup();
    await callApi(context, { method: 'PUT', path: 'debug', body: seal('{"value":true}') });
    const again = await callApi(context, { method: 'PUT', path: 'debug', body: seal('{"value":true}') });
    expect(again).toMatchObject({ effect: { kind: 'same' }, problems: [] });
  });

  test('finds a value that only memory has', async () => {
    const { context } = await setup();
    const result = await callApi(context, {
      method: 'PUT',
      path: 'error-logs-max-files',
      body: seal('{"value":0}'),
    });
    expect(result.problems.map(({ code }) => code)).toEqual(['HF5050']);
  });

  test('refuses a GET that destroys what it reads', async () => {
    const { context } = await setup();
    await expect(callApi(context, { method: 'GET', path: 'usage-queue' })).rejects.toThrow('HF3021');
  });

  test('passes a refusal on', async () => {
    const { context } = await setup();
    const result = await callApi(context, { method: 'PUT', path: 'debug', body: seal('{}') });
    expect(result).toMatchObject({
      status: 400,
      effect: { kind: 'refused' },
      problems: [{ code: 'HF5052' }],
    });
  });
});

describe('a v7 gateway on a v8 file', () => {
  const V8_FILE = 'config-version: 8\nserver:\n  port: 8317\n';

  test("a reconcile doesn't write to it, and a restore restores it", async () => {
    const fixture = await setup();
    await fixture.reconcile();
    const good = await fixture.file();
    await backUp(fixture.context);
    await fixture.writeFile(V8_FILE);
    await fixture.sandbox.settled();
    const refused = await fixture.reconcile();
    expect(refused).toMatchObject({ kind: 'refused', problems: [{ code: 'HF3023' }] });
    expect(await fixture.file()).toBe(V8_FILE);
    expect(await fixture.restore('latest')).toMatchObject({ kind: 'restored', fidelity: 'exact' });
    expect(await fixture.file()).toBe(good);
    expect(await fixture.admits()).toBe(false);
  });
});
