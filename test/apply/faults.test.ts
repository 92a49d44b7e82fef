import { afterEach, describe, expect, test } from '@jest/globals';
import type { Checkpoint, Context } from '../../src/apply/apply.ts';
import type { Client, Request } from '../../src/gateway/client/client.ts';
import { exitOf } from '../../src/domain/outcome/outcome.ts';
import { fail } from '../../src/domain/problem/problem.ts';
import { authMemoryOf } from '../../src/state/auth-memory.ts';
import type { Store } from '../../src/state/store.ts';
import { beforeSending, DESIRED, duringWait, GATEWAY_FILE, setup, type Fixture, teardown } from './setup.ts';

afterEach(teardown);

const RETRY = DESIRED.replace('request-retry: 1', 'request-retry: 4');
const FILE_ONLY = `${DESIRED}commercial-mode: true\n`;

describe('a signal', () => {
  test('between two writes reverts the first one, and blames nobody', async () => {
    const fixture = await setup({ desired: RETRY.replace('debug: false', 'debug: true') });
    const before = await fixture.file();
    const stop = new AbortController();
    const checkpoint = (point: Checkpoint): void => {
      if (point === 'sent') stop.abort();
    };
    const outcome = await fixture.reconcile({}, { checkpoint, signal: stop.signal });
    expect(outcome).toMatchObject({ kind: 'rolled-back', fidelity: 'exact', problems: [{ code: 'HF5007' }] });
    expect(await fixture.file()).toBe(before);
    expect((await fixture.store.read('home')).quarantine).toBeUndefined();
  });

  test('during the last reading before the first write sends nothing', async () => {
    const fixture = await setup({ desired: RETRY });
    const stop = new AbortController();
    const { connect } = fixture.context;
    const stopping: Context['connect'] = (lease) => {
      const client = connect(lease);
      return {
        ...client,
        target: client.target,
        send: (request) => {
          if (request.purpose === 'quiet') stop.abort();
          return client.send(request);
        },
      };
    };
    const outcome = await fixture.reconcile({}, { connect: stopping, signal: stop.signal });
    expect(outcome).toMatchObject({ kind: 'cancelled', problems: [{ code: 'HF5007' }] });
    expect(outcome.requests).not.toHaveProperty('write');
    expect(await fixture.store.journal('home')).toBeUndefined();
    expect(await fixture.store.history('home')).toEqual([]);
  });
});

describe('a gateway that misbehaves', () => {
  test('a dropped write is found, and nothing of it remains', async () => {
    const fixture = await setup({ desired: RETRY, faults: ['drop-writes=/request-retry'] });
    const before = await fixture.file();
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'rolled-back', fidelity: 'exact', problems: [{ code: 'HF5012' }] });
    expect(exitOf(outcome)).toBe(6);
    expect(await fixture.file()).toBe(before);
    expect(await fixture.store.journal('home')).toBeUndefined();
  });

  test('a dropped PUT of the whole file too', async () => {
    const fixture = await setup({ desired: FILE_ONLY });
    const drops = beforeSending(fixture, 1, async () => fixture.sandbox.fault('drop-writes', '/config.yaml'));
    expect(await fixture.reconcile({}, drops)).toMatchObject({
      kind: 'rolled-back',
      problems: [{ code: 'HF5012' }],
    });
  });

  test('a gateway on which nothing could be rolled back is not written to', async () => {
    const fixture = await setup({ desired: FILE_ONLY, faults: ['drop-writes=/config.yaml'] });
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'refused' });
    expect(outcome.plan?.verdicts.map(({ guard }) => guard)).toEqual(['no-way-back']);
  });

  test('the failed revision is quarantined until the files change or you run apply --retry', async () => {
    const fixture = await setup({ desired: RETRY, faults: ['drop-writes=/request-retry'] });
    await fixture.reconcile();
    fixture.sandbox.clearFaults();
    const held = await fixture.reconcile();
    expect(held).toMatchObject({ kind: 'quarantined', problems: [{ code: 'HF5030' }] });
    expect(await fixture.reconcile({ retry: true })).toMatchObject({ kind: 'applied' });
    expect((await fixture.store.read('home')).quarantine).toBeUndefined();
    await fixture.declare(RETRY.replace('retry: 4', 'retry: 5'));
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
  });

  test('a 500 that changed settings of a plugin, which memory does not show, is reverted too', async () => {
    const settings = (limit: number): string => `plugins:\n  configs:\n    demo:\n      limit: ${limit}\n`;
    const fixture = await setup({
      file: `${GATEWAY_FILE}${settings(5)}`,
      desired: `${DESIRED}${settings(6)}`,
    });
    const fails = beforeSending(fixture, 1, async () => fixture.sandbox.fault('save-failure'));
    expect(await fixture.reconcile({}, fails)).toMatchObject({ kind: 'rolled-back', memoryOnly: true });
    fixture.sandbox.clearFaults();
    await fixture.panel('PUT', 'debug', { value: true });
    expect(await fixture.file()).toContain('limit: 5');
  });

  test('a 500 that changed only memory is reverted there', async () => {
    const fixture = await setup({ desired: RETRY, faults: ['save-failure'] });
    const before = await fixture.file();
    const outcome = await fixture.reconcile();
    expect(outcome).toMatchObject({ kind: 'rolled-back', memoryOnly: true, problems: [{ code: 'HF5011' }] });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 1 });
    expect(await fixture.file()).toBe(before);
  });

  test('a connection that breaks before the write took effect leaves nothing', async () => {
    const fixture = await setup({ desired: RETRY });
    const outcome = await fixture.reconcile(
      {},
      beforeSending(fixture, 1, async () => fixture.sandbox.fault('reset-before-write')),
    );
    expect(outcome).toMatchObject({ kind: 'rolled-back', fidelity: 'exact', problems: [{ code: 'HF5011' }] });
    expect(fixture.sandbox.requests.filter(({ method }) => method === 'PUT').length).toBeLessThanOrEqual(2);
  });

  test('a connection that breaks after the write took effect is found out by reading', async () => {
    const fixture = await setup({ desired: RETRY });
    const outcome = await fixture.reconcile(
      {},
      beforeSending(fixture, 1, async () => fixture.sandbox.fault('reset-after-write')),
    );
    expect(outcome).toMatchObject({ kind: 'applied' });
  });

  test('a lost update is found as stale memory and repaired', async () => {
    const fixture = await setup({ desired: RETRY });
    const foreign = beforeSending(fixture, 1, async () => {
      fixture.sandbox.fault('lost-update', '60');
      await fetch(`${fixture.sandbox.url}/v0/management/debug`, {
        method: 'PUT',
        headers: { authorization: 'Bearer mgmt-secret-1' },
        body: '{"value": false}',
      });
      await fixture.clock.sleep(10);
    });
    const outcome = await fixture.reconcile({}, foreign);
    expect(outcome).toMatchObject({ kind: 'applied' });
    expect(outcome.problems.map(({ code }) => code)).toContain('HF5015');
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 4 });
    await fixture.sandbox.settled();
    expect(fixture.sandbox.states().runtime).toMatchObject({ 'request-retry': 4 });
  });

  test('answers that are empty for a moment are read again', async () => {
    const fixture = await setup({ desired: RETRY });
    const foreign = duringWait(fixture, 2, async () => {
      fixture.sandbox.fault('empty-body', '/config');
      fixture.clock.setTimer(100, () => fixture.sandbox.clearFaults());
    });
    expect(await fixture.reconcile({}, foreign)).toMatchObject({ kind: 'applied' });
  });
});

describe('a gateway that is away for a moment', () => {
  const TWO = RETRY.replace('debug: false', 'debug: true');

  /** A context whose next request for which `is` holds doesn't reach the gateway. */
  const failing = (
    fixture: Fixture,
    is: (request: Request) => boolean,
    code: 'HF3001' | 'HF3003',
  ): Context['connect'] => {
    let failed = false;
    return (lease) => {
      const client = fixture.context.connect(lease);
      const send: Client['send'] = async (request) => {
        if (failed || !is(request)) return client.send(request);
        failed = true;
        throw fail(code, 'the gateway is away', { target: 'home' });
      };
      return { ...client, target: client.target, send };
    };
  };

  test('when the second write is due: the first is rolled back, and nobody is blamed', async () => {
    const fixture = await setup({ desired: TWO });
    const before = await fixture.file();
    let writes = 0;
    const connect = failing(fixture, ({ purpose }) => purpose === 'write' && (writes += 1) === 2, 'HF3001');
    expect(await fixture.reconcile({}, { connect })).toMatchObject({
      kind: 'rolled-back',
      problems: [{ code: 'HF5010' }],
    });
    expect(await fixture.file()).toBe(before);
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
  });

  test('when a rollback reads it: it is read again, and no person is needed', async () => {
    const fixture = await setup({ desired: TWO, faults: ['drop-writes=/request-retry'] });
    const before = await fixture.file();
    const connect = failing(fixture, ({ purpose }) => purpose === 'roll-back', 'HF3003');
    expect(await fixture.reconcile({}, { connect })).toMatchObject({
      kind: 'rolled-back',
      problems: [{ code: 'HF5012' }],
    });
    expect(await fixture.file()).toBe(before);
  });
});

describe('a rollback that something gets in the way of', () => {
  test('a foreign change during the transaction stays, ours is reverted', async () => {
    const fixture = await setup({ desired: RETRY });
    const foreign = beforeSending(fixture, 1, async () => {
      fixture.sandbox.fault('drop-writes', '/request-retry');
      await fixture.panel('PUT', 'ws-auth', { value: true });
      await fixture.panel('PUT', 'logging-to-file', { value: true });
    });
    const outcome = await fixture.reconcile({}, foreign);
    expect(outcome).toMatchObject({ kind: 'rolled-back' });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'logging-to-file': true, 'request-retry': 1 });
  });

  test('a runtime that is stale because the watcher is dead is rolled back', async () => {
    const fixture = await setup({
      desired: `${DESIRED}commercial-mode: true\n`,
      faults: ['dead-watcher'],
    });
    await fixture.declare(`${DESIRED}commercial-mode: true\n`, { TEAM_A: 'sk-test-0003' });
    const outcome = await fixture.reconcile({ allow: [{ guard: 'mass-delete' }] });
    expect(outcome).toMatchObject({ kind: 'rolled-back', problems: [{ code: 'HF5014' }] });
    expect(await fixture.admits('sk-test-0001')).toBe(true);
    expect(fixture.sandbox.states().memory).toMatchObject({ 'api-keys': ['sk-test-0001', 'sk-test-0002'] });
  });

  test('a failed rollback prints manual steps without the API', async () => {
    const fixture = await setup({ desired: FILE_ONLY, faults: ['dead-watcher'] });
    await fixture.declare(FILE_ONLY, { TEAM_A: 'sk-test-0003' });
    const drops = whenRollingBack(fixture, () => fixture.sandbox.fault('drop-writes', '/'));
    const outcome = await fixture.reconcile({ allow: [{ guard: 'mass-delete' }] }, drops);
    expect(outcome).toMatchObject({ kind: 'rollback-failed', problems: [{ code: 'HF5020' }] });
    expect(exitOf(outcome)).toBe(7);
    if (outcome.kind !== 'rollback-failed') throw new Error('not this');
    expect(outcome.remedy.join('\n')).toContain(fixture.store.backupFile('home', outcome.backup));
    expect(await fixture.store.journal('home')).toBeDefined();

    fixture.sandbox.clearFaults();
    const backup = await fixture.store.readBackup('home', outcome.backup);
    await fixture.writeFile(backup.file.open());
    await fixture.sandbox.restart();
    await fixture.declare(FILE_ONLY, { TEAM_A: 'sk-test-0001' });
    expect(await fixture.reconcile({ retry: true })).toMatchObject({ kind: 'applied' });
    expect(await fixture.store.journal('home')).toBeUndefined();
  });

  test('its steps get past a ban, which ends with the restart but is remembered here', async () => {
    const fixture = await setup({ desired: FILE_ONLY, faults: ['dead-watcher'] });
    await fixture.declare(FILE_ONLY, { TEAM_A: 'sk-test-0003' });
    const ban = async (): Promise<void> => {
      const headers = { authorization: 'Bearer not-the-key' };
      for (let i = 0; i < 5; i += 1)
        await fetch(`${fixture.sandbox.url}/v0/management/debug`, { headers }).then((answer) =>
          answer.text(),
        );
    };
    const outcome = await fixture.reconcile(
      { allow: [{ guard: 'mass-delete' }] },
      whenRollingBack(fixture, ban),
    );
    expect(outcome).toMatchObject({ kind: 'rollback-failed', problems: [{ code: 'HF5020' }] });
    if (outcome.kind !== 'rollback-failed') throw new Error('not this');
    const at = (words: string): number => outcome.remedy.findIndex((step) => step.includes(words));
    expect([at('Restart the gateway'), at('doctor --retry-auth --target home'), at('--dry-run')]).toEqual([
      1, 2, 3,
    ]);

    const backup = await fixture.store.readBackup('home', outcome.backup);
    await fixture.writeFile(backup.file.open());
    await fixture.sandbox.restart();
    expect(await fixture.reconcile({ dryRun: true })).toMatchObject({ problems: [{ code: 'HF3013' }] });
    await authMemoryOf(fixture.store, 'home').clear(); // what `doctor --retry-auth` does first
    expect(await fixture.reconcile({ dryRun: true })).toMatchObject({ kind: 'quarantined' });
    expect(await fixture.store.journal('home')).toBeUndefined();
  });

  test('if the file has changes by others, no step copies a backup over it', async () => {
    const fixture = await setup({ desired: FILE_ONLY, faults: ['dead-watcher'] });
    await fixture.declare(FILE_ONLY, { TEAM_A: 'sk-test-0003' });
    const drops = whenRollingBack(fixture, async () => {
      await fixture.panel('PUT', 'logging-to-file', { value: true });
      fixture.sandbox.fault('drop-writes', '/');
    });
    const outcome = await fixture.reconcile({ allow: [{ guard: 'mass-delete' }] }, drops);
    expect(outcome).toMatchObject({ kind: 'rollback-failed' });
    if (outcome.kind !== 'rollback-failed') throw new Error('not this');
    expect(outcome.remedy.join('\n')).not.toContain(fixture.store.backupFile('home', outcome.backup));
    expect(outcome.remedy[0]).toContain("Don't replace it with an older backup");
    expect(outcome.evidence).toContainEqual({
      check: 'changed by someone else, and kept',
      passed: true,
      detail: 'logging-to-file (nothing before, true now)',
    });
  });
});

/** A context in which something happens directly before our own changes are reverted. */
function whenRollingBack({ context }: Fixture, act: () => unknown): Partial<Context> {
  const { store } = context;
  const writeJournal: Store['writeJournal'] = async (target, journal) => {
    await store.writeJournal(target, journal);
    if (journal.phase === 'rolling-back') await act();
  };
  return { store: Object.assign(Object.create(store) as Store, { writeJournal }) };
}

describe('a disk that fills up after the write', () => {
  test('changes nothing about the change, is reported, and the next run completes the record', async () => {
    const fixture = await setup({ desired: DESIRED.replace('request-retry: 1', 'request-retry: 4') });
    const { store } = fixture.context;
    const full: Store = Object.assign(Object.create(store) as Store, {
      update: async (target: string, patch: Parameters<Store['update']>[1]) => {
        if (patch.lastApplied) throw fail('HF6004', "state.json couldn't be written: no space left");
        await store.update(target, patch);
      },
    });
    const outcome = await fixture.reconcile({}, { store: full });
    expect(outcome).toMatchObject({ kind: 'applied', problems: [{ code: 'HF6009' }] });
    expect(outcome.problems[0]?.message).toContain('what was applied');
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync' });
    expect(await store.journal('home')).toBeUndefined();
  });
});
