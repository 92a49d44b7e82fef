import { afterEach, describe, expect, test } from '@jest/globals';
import type { Checkpoint } from '../../../src/apply/apply.ts';
import { DESIRED, stage, strike } from '../setup.ts';

afterEach(strike);

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
      const home = await stage({ desired: RETRY });
      await home.crashAt(point);
      await home.sandbox.settled();
      const outcome = await home.reconcile();
      expect(['applied', 'in-sync']).toContain(outcome.kind);
      expect(home.sandbox.states().memory).toMatchObject({ 'request-retry': 4 });
      expect(home.sandbox.states().runtime).toMatchObject({ 'request-retry': 4 });
      expect(await home.store.journal('home')).toBeUndefined();
    });
  }

  test('between two writes the first is rolled back, then all is applied', async () => {
    const home = await stage({ desired: TWO });
    await home.crashAt('settled');
    expect(await home.recover()).toMatchObject({ kind: 'in-sync' });
    expect(await home.store.journal('home')).toBeUndefined();
    expect(await home.reconcile({ retry: true })).toMatchObject({ kind: 'applied' });
  });

  test('in the middle of a rollback, the rollback is finished', async () => {
    const home = await stage({ desired: TWO, faults: ['drop-writes=/debug'] });
    await home.crashAt('roll-back-started').catch(() => undefined);
    home.sandbox.clearFaults();
    await home.recover();
    expect(home.sandbox.states().memory).toMatchObject({ 'request-retry': 1 });
    expect(await home.store.journal('home')).toBeUndefined();
  });

  test('a file that was left empty is put back', async () => {
    const home = await stage({ desired: RETRY });
    const before = await home.file();
    await home.crashAt('sent');
    await home.sandbox.settled();
    await home.writeFile('');
    expect(await home.recover()).toMatchObject({ kind: 'in-sync' });
    expect(await home.file()).toBe(before);
  });

  test('a journal that is too old, with the gateway half-way, is left to a person', async () => {
    const home = await stage({ desired: TWO });
    await home.crashAt('sent');
    await home.sandbox.settled();
    const journal = await home.store.journal('home');
    await home.store.writeJournal('home', {
      ...journal!,
      openedAt: journal!.openedAt - 16 * 60_000,
      predicted: ['', ''],
    });
    const outcome = await home.reconcile();
    expect(outcome).toMatchObject({ kind: 'rollback-failed', problems: [{ code: 'HF5021' }] });
    expect(await home.reconcile({ retry: true })).toMatchObject({ kind: 'applied' });
  });

  test('somebody else’s change beside ours is left to a person', async () => {
    const home = await stage({ desired: RETRY });
    await home.crashAt('sent');
    await home.sandbox.settled();
    await home.panel('PUT', 'logging-to-file', { value: true });
    expect(await home.reconcile()).toMatchObject({ kind: 'rollback-failed', problems: [{ code: 'HF5021' }] });
  });

  test('so is a key that others added to the list that was being written', async () => {
    const home = await stage();
    await home.reconcile();
    await home.declare(TWO, { TEAM_B: 'sk-test-0003' });
    await home.crashAt('sent', { allow: [{ guard: 'mass-delete' }] });
    await home.sandbox.settled();
    await home.panel('PATCH', 'api-keys', { old: 'sk-none', new: 'sk-test-panel' });
    const outcome = await home.reconcile();
    expect(outcome).toMatchObject({ kind: 'rollback-failed', problems: [{ code: 'HF5021' }] });
    if (outcome.kind !== 'rollback-failed') throw new Error('not this');
    expect(outcome.remedy.join()).not.toContain(home.store.backupFile('home', outcome.backup));
    expect(await home.admits('sk-test-panel')).toBe(true);
  });
});
