import { afterEach, describe, expect, test } from '@jest/globals';
import { setup, teardown } from './setup.ts';

afterEach(teardown);

const HOUR = 3_600_000;

describe('drift', () => {
  test("mode apply reports an edit by others and doesn't overwrite it", async () => {
    const home = await setup();
    await home.reconcile();
    await home.panel('PUT', 'request-retry', { value: 9 });
    expect(await home.reconcile()).toMatchObject({ kind: 'drifted' });
    expect(home.sandbox.states().memory).toMatchObject({ 'request-retry': 9 });
    expect((await home.store.read('home')).lastDeepCheck).toMatchObject({ inSync: false });
  });

  test('mode enforce corrects it, then waits before the next correction', async () => {
    const home = await setup({ mode: 'enforce' });
    await home.reconcile();
    await home.panel('PUT', 'request-retry', { value: 9 });
    expect(await home.reconcile()).toMatchObject({ kind: 'applied' });
    expect(home.sandbox.states().memory).toMatchObject({ 'request-retry': 1 });
    await home.panel('PUT', 'request-retry', { value: 9 });
    const resting = await home.reconcile();
    expect(resting).toMatchObject({ kind: 'drifted' });
    expect(resting.plan?.notes.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^request-retry was corrected recently and isn't corrected again until \d{4}-/),
    ]);
    expect(home.sandbox.states().memory).toMatchObject({ 'request-retry': 9 });
  });

  test('the fourth drift within an hour stops the corrections', async () => {
    const home = await setup({ mode: 'enforce' });
    await home.reconcile();
    const now = home.context.clock.now();
    const corrected = { 'request-retry': [50, 40, 30, 20].map((minutes) => now - (minutes / 60) * HOUR) };
    await home.store.update('home', { drift: { corrected, contested: [] } });
    await home.panel('PUT', 'request-retry', { value: 9 });
    expect(await home.reconcile()).toMatchObject({ kind: 'contested', paths: ['request-retry'] });
    expect((await home.store.read('home')).drift?.contested).toEqual(['request-retry']);
    await home.panel('PUT', 'request-retry', { value: 1 });
    expect(await home.reconcile()).toMatchObject({ kind: 'in-sync' });
    expect((await home.store.read('home')).drift?.contested).toEqual([]);
  });

  test('a retry of a contested path verifies it', async () => {
    const home = await setup({ mode: 'enforce', faults: ['drop-writes=/request-retry'] });
    await home.reconcile();
    await home.writeFile((await home.file()).replace('request-retry: 1', 'request-retry: 9'));
    await home.sandbox.settled();
    await home.store.update('home', { drift: { corrected: {}, contested: ['request-retry'] } });
    expect(await home.reconcile({ retry: true })).toMatchObject({
      kind: 'rolled-back',
      problems: [{ code: 'HF5012' }],
    });
  });

  test('the status has the outcome of a reconcile', async () => {
    const home = await setup();
    await home.reconcile();
    expect((await home.store.read('home')).lastOutcome).toMatchObject({
      kind: 'in-sync',
      summary: 'in sync (deep check)',
    });
  });
});
