import { afterEach, describe, expect, test } from '@jest/globals';
import { stage, strike } from './setup.ts';

afterEach(strike);

const HOUR = 3_600_000;

describe('drift', () => {
  test('in mode apply somebody’s edit is reported and left', async () => {
    const home = await stage();
    await home.reconcile();
    await home.panel('PUT', 'request-retry', { value: 9 });
    expect(await home.reconcile()).toMatchObject({ kind: 'drifted' });
    expect(home.sandbox.states().memory).toMatchObject({ 'request-retry': 9 });
    expect((await home.store.read('home')).lastDeepCheck).toMatchObject({ inSync: false });
  });

  test('in mode enforce it is healed, then the path rests', async () => {
    const home = await stage({ mode: 'enforce' });
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

  test('after the fourth re-drift within an hour healing stops', async () => {
    const home = await stage({ mode: 'enforce' });
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

  test('status is told how a reconcile ended', async () => {
    const home = await stage();
    await home.reconcile();
    expect((await home.store.read('home')).lastOutcome).toMatchObject({
      kind: 'in-sync',
      summary: 'in sync (deep check)',
    });
  });
});
