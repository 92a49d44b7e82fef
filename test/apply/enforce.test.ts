import { afterEach, describe, expect, test } from '@jest/globals';
import { setup, teardown } from './setup.ts';

afterEach(teardown);

const HOUR = 3_600_000;

describe('drift', () => {
  test("mode apply reports an edit by others and doesn't overwrite it", async () => {
    const fixture = await setup();
    await fixture.reconcile();
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'drifted' });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 9 });
    expect((await fixture.store.read('home')).lastDeepCheck).toMatchObject({ inSync: false });
  });

  test('mode enforce corrects it, then waits before the next correction', async () => {
    const fixture = await setup({ mode: 'enforce' });
    await fixture.reconcile();
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'applied' });
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 1 });
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    const resting = await fixture.reconcile();
    expect(resting).toMatchObject({ kind: 'drifted' });
    expect(resting.plan?.notes.map(({ message }) => message)).toEqual([
      expect.stringMatching(/^request-retry was corrected recently and isn't corrected again until \d{4}-/),
    ]);
    expect(fixture.sandbox.states().memory).toMatchObject({ 'request-retry': 9 });
  });

  test('the fourth drift within an hour stops the corrections', async () => {
    const fixture = await setup({ mode: 'enforce' });
    await fixture.reconcile();
    const now = fixture.context.clock.now();
    const corrected = { 'request-retry': [50, 40, 30, 20].map((minutes) => now - (minutes / 60) * HOUR) };
    await fixture.store.update('home', { drift: { corrected, contested: [] } });
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'contested', paths: ['request-retry'] });
    expect((await fixture.store.read('home')).drift?.contested).toEqual(['request-retry']);
    await fixture.panel('PUT', 'request-retry', { value: 1 });
    expect(await fixture.reconcile()).toMatchObject({ kind: 'in-sync' });
    expect((await fixture.store.read('home')).drift?.contested).toEqual([]);
  });

  test('a retry of a contested path verifies it', async () => {
    const fixture = await setup({ mode: 'enforce', faults: ['drop-writes=/request-retry'] });
    await fixture.reconcile();
    await fixture.writeFile((await fixture.file()).replace('request-retry: 1', 'request-retry: 9'));
    await fixture.sandbox.settled();
    await fixture.store.update('home', { drift: { corrected: {}, contested: ['request-retry'] } });
    expect(await fixture.reconcile({ retry: true })).toMatchObject({
      kind: 'rolled-back',
      problems: [{ code: 'HF5012' }],
    });
  });

  test('the status has the outcome of a reconcile', async () => {
    const fixture = await setup();
    await fixture.reconcile();
    expect((await fixture.store.read('home')).lastOutcome).toMatchObject({
      kind: 'in-sync',
      summary: 'in sync (deep check)',
    });
  });
});
