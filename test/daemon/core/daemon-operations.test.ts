// The operations of a running daemon, and what it reports to listeners.
import { writeFile } from 'node:fs/promises';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { Service } from '../../../src/daemon/core/service.ts';
import { fail } from '../../../src/domain/problem/problem.ts';
import type { DaemonSettings } from '../../../src/settings/settings.ts';
import { until } from '../../support/until.ts';
import { daemon, endAll, inMode, retries } from '../setup.ts';

afterEach(endAll);

describe('the operations of the daemon', () => {
  test('makes a plan without writing, and applies exactly the one that was approved', async () => {
    const fixture = await daemon({ ...inMode('observe'), desired: retries(4) });
    await fixture.next('drifted');
    const planned = await fixture.operations.plan('home', { mode: 'apply' });
    expect(planned.plan?.changes).toMatchObject([{ path: 'request-retry' }]);
    expect(await fixture.file()).toContain('request-retry: 1');
    const approved = planned.plan?.digest;
    expect(approved).toBeDefined();
    await fixture.declare(retries(5));
    await fixture.next('drifted');
    const stale = await fixture.operations.apply('home', { mode: 'apply', ...(approved && { approved }) });
    expect(stale.kind).toBe('stale');
    expect(await fixture.file()).toContain('request-retry: 1');
    await fixture.declare(retries(4));
    await fixture.next('drifted');
    const applied = await fixture.operations.apply('home', { mode: 'apply', ...(approved && { approved }) });
    expect(applied.kind).toBe('applied');
    expect(await fixture.file()).toContain('request-retry: 4');
    expect(fixture.triggers.at(-1)).toBe('asked');
  });

  test('knows the last plan until the target is found equal to its files', async () => {
    const fixture = await daemon({ ...inMode('observe'), desired: retries(4) });
    await fixture.next('drifted');
    expect(fixture.operations.known('home').plan?.plan.changes).toHaveLength(1);
    await fixture.operations.apply('home', { mode: 'apply' });
    fixture.operations.look('home');
    await fixture.next('in-sync');
    expect(fixture.operations.known('home').plan).toBeUndefined();
    expect(fixture.operations.known('home').outcome?.kind).toBe('in-sync');
    expect(fixture.operations.known('home').step).toBeUndefined();
  });

  test('suspends a target until a time and resumes it, and the checks show it', async () => {
    const fixture = await daemon();
    await fixture.next('in-sync');
    await fixture.operations.suspend('home', { until: Date.now() + 86_400_000 * 3, reason: 'moving house' });
    expect((await fixture.next('suspended')).problems[0]?.message).toContain('moving house');
    await fixture.declare(retries(4));
    await fixture.next('suspended');
    expect(await fixture.file()).toContain('request-retry: 1');
    await fixture.operations.resume('home');
    await fixture.next('applied');
  });

  test('puts a backup back', async () => {
    const fixture = await daemon({ desired: retries(4) });
    await fixture.next('applied');
    const [backup] = await fixture.store.listBackups('home');
    const restored = await fixture.operations.restore('home', { backup: { id: backup?.id ?? '' } });
    expect(restored.kind).toBe('restored');
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test("a restore that wrote nothing, and a plan with special options, don't change the status of the target", async () => {
    const fixture = await daemon({ ...inMode('observe'), desired: retries(4) });
    await fixture.next('drifted');
    const { plan } = fixture.operations.known('home');
    expect((await fixture.operations.restore('home', { backup: { id: 'nonsense' } })).kind).toBe('invalid');
    const wished = await fixture.operations.plan('home', { prune: true, mode: 'apply' });
    expect(wished.plan?.digest.value).not.toBe(plan?.plan.digest.value);
    expect(fixture.operations.known('home')).toMatchObject({
      standing: 'drifted',
      plan,
      outcome: { kind: 'drifted' },
    });
    expect(fixture.operations.known('home').step).toBeUndefined();
    expect(fixture.outcomes.map(({ kind }) => kind)).toEqual(['drifted']);
  });

  test('refuses a target that there is none of, by name', async () => {
    const fixture = await daemon();
    await fixture.next('in-sync');
    expect(() => fixture.operations.look('nowhere')).toThrow('there is no target "nowhere"');
  });

  test('shows the time of the next scheduled check', async () => {
    const fixture = await daemon({ drift: '0 0 1 1 *' });
    await fixture.next('in-sync');
    const at = new Date(fixture.operations.nextLookAt('home') ?? 0);
    expect([at.getMonth(), at.getDate()]).toEqual([0, 1]);
  });

  test('keeps a log of checks, with the findings and the number of requests', async () => {
    const fixture = await daemon({ ...inMode('observe'), desired: retries(4) });
    const seen = await fixture.next('drifted');
    await until(async () => (await fixture.store.looks('home')).length > 0);
    const [look] = await fixture.store.looks('home');
    expect(look).toMatchObject({ at: seen.at, trigger: 'start', outcome: 'drifted', differences: 1 });
    expect(look?.requests).toBeGreaterThan(0);
  });
});

function service(follow: Service['follow'] = async () => {}, reporter?: Service['reporter']) {
  const heard: DaemonSettings[] = [];
  const ended: string[] = [];
  const one: Service = {
    ...(reporter && { reporter }),
    follow: async (settings) => {
      await follow(settings);
      heard.push(settings);
    },
    [Symbol.asyncDispose]: async () => void ended.push('ended'),
  };
  return { one, heard, ended };
}

describe('services', () => {
  test('follow the settings from the start, hear every outcome, and end with the daemon', async () => {
    const outcomes: string[] = [];
    const { one, heard, ended } = service(undefined, { outcome: ({ kind }) => outcomes.push(kind) });
    const fixture = await daemon({ services: [one] });
    await fixture.next('in-sync');
    expect(heard).toHaveLength(1);
    expect(outcomes).toEqual(['in-sync']);
    fixture.hangUp();
    await fixture.next('in-sync');
    expect(heard).toHaveLength(2);
    await fixture.stop();
    expect(ended).toEqual(['ended']);
  });

  test('one that throws at what it hears spoils nothing for the others', async () => {
    const outcomes: string[] = [];
    const deaf = service(undefined, {
      outcome: () => {
        throw new TypeError('a fault of ours');
      },
    });
    const well = service(undefined, { outcome: ({ kind }) => outcomes.push(kind) });
    const fixture = await daemon({ services: [deaf.one, well.one] });
    await fixture.next('in-sync');
    expect(outcomes).toEqual(['in-sync']);
    expect(fixture.failures).toMatchObject([{ message: 'a fault of ours' }]);
  });

  test("a service that can't follow new settings keeps all of them as they were", async () => {
    const drifts: string[] = [];
    const strict = service(async ({ drift }) => {
      if (drift === '1 1 1 1 *') throw fail('HF1012', 'not like this');
      drifts.push(drift);
    });
    const fixture = await daemon({
      services: [strict.one],
      reopen: (place) => ({ ...place, daemon: { ...place.daemon, drift: '1 1 1 1 *' } }),
    });
    await fixture.next('in-sync');
    await writeFile(fixture.settings, 'new');
    await fixture.next('in-sync');
    expect(drifts).toEqual(['0 0 1 1 *', '0 0 1 1 *']);
    expect(new Date(fixture.operations.nextLookAt('home') ?? 0).getHours()).toBe(0);
    expect(fixture.failures).toMatchObject([{ problems: [{ message: 'not like this' }] }]);
  });
});
