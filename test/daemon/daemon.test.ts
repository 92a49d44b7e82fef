import { mkdir, readdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { reconcile } from '../../src/apply/apply.ts';
import type { Service } from '../../src/daemon/core/service.ts';
import type { TargetSet } from '../../src/daemon/core/target-set.ts';
import type { Clock } from '../../src/domain/clock.ts';
import { fail } from '../../src/domain/problem/problem.ts';
import { until } from '../support/until.ts';
import { daemon, endAll, impatient, inMode, retries } from './setup.ts';

afterEach(endAll);

describe('the daemon', () => {
  test('applies at the first check what the files declare', async () => {
    const fixture = await daemon({ desired: retries(4) });
    expect((await fixture.next()).kind).toBe('applied');
    expect(fixture.triggers).toEqual(['start']);
    expect(await fixture.file()).toContain('request-retry: 4');
  });

  test('applies a change of the files, saved atomically, and is in sync afterwards', async () => {
    const fixture = await daemon();
    expect((await fixture.next()).kind).toBe('in-sync');
    const file = join(fixture.dir, 'desired', 'gateway.yaml');
    await writeFile(`${file}.tmp`, retries(5));
    await rename(`${file}.tmp`, file);
    await fixture.next('applied');
    expect(fixture.triggers).toContain('files');
    expect(await fixture.file()).toContain('request-retry: 5');
  });

  test("in mode apply, reports changes by others and doesn't overwrite them", async () => {
    const fixture = await daemon({ ...inMode('apply'), drift: '* * * * * *' });
    await fixture.next('in-sync');
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    expect((await fixture.next('drifted')).plan?.changes).toMatchObject([
      { path: 'request-retry', origin: 'drift' },
    ]);
    expect(await fixture.file()).toContain('request-retry: 9');
  });

  test('in mode enforce, corrects changes by others', async () => {
    const fixture = await daemon({ ...inMode('enforce'), drift: '* * * * * *' });
    await fixture.next('in-sync');
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    await fixture.next('applied');
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test('never writes in mode observe', async () => {
    const fixture = await daemon({ ...inMode('observe'), desired: retries(4) });
    expect((await fixture.next()).kind).toBe('drifted');
    await fixture.declare(retries(5));
    await fixture.next('drifted');
    expect(fixture.sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
  });
});

describe('the daemon without its gateway or its files', () => {
  test('retries an unreachable gateway, and continues when it is back', async () => {
    const fixture = await daemon({ clock: impatient, desired: retries(4) }, (at) => at.sandbox.stop());
    await fixture.next('unreachable');
    await fixture.next('unreachable');
    expect(fixture.triggers.slice(0, 2)).toEqual(['start', 'retry']);
    await fixture.sandbox.restart();
    await fixture.next('applied');
  });

  test('is invalid while the desired state is missing, writes nothing, and continues when it is back', async () => {
    const fixture = await daemon();
    await fixture.next('in-sync');
    await rm(join(fixture.dir, 'desired'), { recursive: true });
    expect((await fixture.next('invalid')).problems[0]?.code).toMatch(/^HF2/);
    expect(fixture.sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    await mkdir(join(fixture.dir, 'desired'));
    await fixture.declare(retries(6));
    await fixture.next('applied');
  });

  test('measures drift by the last good files while the newest have errors', async () => {
    const fixture = await daemon({ ...inMode('apply'), drift: '* * * * * *' });
    await fixture.next('in-sync');
    await fixture.declare('request-retry: [\n');
    expect((await fixture.next('invalid')).plan).toBeUndefined();
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    let found = await fixture.next('invalid');
    while (!found.plan) found = await fixture.next('invalid');
    expect(found.plan.changes).toMatchObject([{ path: 'request-retry', origin: 'drift' }]);
    expect(found.problems.map(({ code }) => code)).toEqual([expect.stringMatching(/^HF20/), 'HF5033']);
    expect(await fixture.file()).toContain('request-retry: 9');
    expect((await fixture.store.read('home')).lastOutcome?.kind).toBe('invalid');
    await fixture.declare(retries(9));
    await fixture.next('in-sync');
  });

  test('measures it by the last apply where a restart found them so', async () => {
    const options = { ...inMode('apply'), drift: '* * * * * *', desired: retries(4) };
    const fixture = await daemon(options, async (at) => {
      await reconcile(at.context, { depth: 'deep' });
      await at.declare('request-retry: [\n');
      await at.panel('PUT', 'request-retry', { value: 9 });
      await at.panel('PUT', 'logging-to-file', { value: true }); // not declared
    });
    const found = await fixture.next('invalid');
    expect(found.problems.map(({ code, message }) => [code, message])).toEqual([
      [expect.stringMatching(/^HF20/), expect.anything()],
      ['HF5033', 'the gateway differs from the last applied desired state: request-retry'],
    ]);
    expect((await fixture.store.read('home')).lastDeepCheck?.inSync).toBe(false);
    await fixture.panel('PUT', 'request-retry', { value: 4 });
    let later = await fixture.next('invalid');
    while (later.problems.length > 1) later = await fixture.next('invalid');
    expect(
      fixture.sandbox.requests.filter(({ path }) => path.includes('config.yaml')).length,
    ).toBeGreaterThan(0);
  });

  test('corrects drift by them in mode enforce', async () => {
    const fixture = await daemon({ ...inMode('enforce'), drift: '* * * * * *' });
    await fixture.next('in-sync');
    await fixture.declare('request-retry: [\n');
    await fixture.next('invalid');
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    let found = await fixture.next('invalid');
    while (found.problems.length === 1) found = await fixture.next('invalid');
    expect(found.problems[1]?.message).toContain('was changed to match the last valid desired state');
    expect(await fixture.file()).toContain('request-retry: 1');
  });
});

describe('the settings of a running daemon', () => {
  test('keeps the settings of before while the new ones have errors', async () => {
    const fixture = await daemon({
      reopen: () => {
        throw fail('HF1010', 'the settings are broken');
      },
    });
    await fixture.next('in-sync');
    await writeFile(fixture.settings, 'broken');
    expect((await fixture.next()).kind).toBe('in-sync');
    expect(fixture.notes).toContain('the settings have errors; the previous settings stay in effect');
    expect(fixture.failures).toMatchObject([{ problems: [{ code: 'HF1010' }] }]);
  });

  test('keeps them also when the new schedule is none, or reading them failed in another way', async () => {
    const ways = [
      (place: TargetSet): TargetSet => ({ ...place, daemon: { ...place.daemon, drift: 'now and then' } }),
      (): TargetSet => {
        throw new TypeError('a fault of ours');
      },
    ];
    const fixture = await daemon({ reopen: (place) => (ways.shift() ?? ((same: TargetSet) => same))(place) });
    await fixture.next('in-sync');
    for (const text of ['one', 'two']) {
      await writeFile(fixture.settings, text);
      expect((await fixture.next()).kind).toBe('in-sync');
    }
    expect(fixture.failures).toMatchObject([
      { problems: [{ code: 'HF7001' }] },
      { message: 'a fault of ours' },
    ]);
  });

  test('uses new settings: a removed target is no longer checked, the mode changes', async () => {
    const fixture = await daemon({
      ...inMode('observe'),
      desired: retries(4),
      reopen: (place) => ({
        ...place,
        targets: place.targets.map((target) => ({ ...target, mode: 'apply' })),
      }),
    });
    await fixture.next('drifted');
    await writeFile(fixture.settings, 'mode: apply');
    await fixture.next('applied');
  });
});

describe('the daemon when it is stopped or disturbed', () => {
  test('stopped in the middle of a transaction, it finishes or rolls back before it ends', async () => {
    const fixture = await daemon({ desired: retries(4) });
    await until(() => fixture.events.some((event) => event.kind === 'step' && event.step === 'write'));
    await fixture.stop();
    expect(['applied', 'rolled-back']).toContain(fixture.outcomes[0]?.kind);
    const written = (await fixture.file()).includes('request-retry: 4');
    expect(written).toBe(fixture.outcomes[0]?.kind === 'applied');
    expect(await fixture.store.holder('home')).toBeUndefined();
  });

  test('stopped before it wrote, it writes nothing', async () => {
    const { promise: observing, resolve } = Promise.withResolvers<void>();
    const reporter: Service['reporter'] = {
      event: (event) => event.kind === 'step' && event.step === 'observe' && resolve(),
    };
    const service = { reporter, follow: async () => {}, [Symbol.asyncDispose]: async () => {} };
    const fixture = await daemon({ desired: retries(4), services: [service] });
    await observing;
    await fixture.stop();
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test('stops correcting what others keep undoing, and reports it', async () => {
    let minutes = 0;
    const clock = (base: Clock): Clock => ({ ...base, now: () => base.now() + minutes * 60_000 });
    const fixture = await daemon({ ...inMode('enforce'), drift: '* * * * * *', clock });
    await fixture.next('in-sync');
    for (const later of [0, 2, 6, 16]) {
      minutes += later;
      await fixture.panel('PUT', 'request-retry', { value: 9 });
      await fixture.next('applied');
    }
    minutes += 16;
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    expect(await fixture.next('contested')).toMatchObject({ paths: ['request-retry'] });
    expect(await fixture.file()).toContain('request-retry: 9');
  });

  test('reads a suspended target, and writes nothing to it', async () => {
    const fixture = await daemon({ desired: retries(4) }, ({ store }) =>
      store.update('home', { suspension: { until: Date.now() + 3_600_000, reason: 'at night' } }),
    );
    const { kind, plan } = await fixture.next();
    expect(kind).toBe('suspended');
    expect(plan?.changes.map(({ path }) => path)).toEqual(['request-retry']);
    expect(fixture.sandbox.requests.filter(({ method }) => method !== 'GET')).toEqual([]);
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test('reports a suspended target as suspended, also if its gateway is stopped', async () => {
    const fixture = await daemon({}, async ({ store, sandbox }) => {
      await store.update('home', { suspension: { until: Date.now() + 3_600_000, reason: 'new host' } });
      await sandbox.stop();
    });
    const { kind, plan } = await fixture.next();
    expect([kind, plan]).toEqual(['suspended', undefined]);
  });

  test("a check that can't start is reported, and repeated soon", async () => {
    const fixture = await daemon({ clock: impatient });
    await fixture.next('in-sync');
    const read = fixture.store.read.bind(fixture.store);
    const broken = fixture.store as { read: typeof read };
    broken.read = async () => {
      broken.read = read;
      throw new TypeError('a fault of ours');
    };
    await fixture.declare(retries(7));
    await fixture.next('applied');
    expect(fixture.failures).toMatchObject([{ message: 'a fault of ours' }]);
    expect(fixture.triggers.at(-1)).toBe('retry');
    expect(await readFile(join(fixture.dir, 'config.yaml'), 'utf8')).toContain('request-retry: 7');
  });

  test('a damaged record is kept and reported, and what was applied is derived from gateway and files', async () => {
    const fixture = await daemon({ clock: impatient });
    await fixture.next('in-sync');
    const dir = join(fixture.dir, 'state', 'targets', 'home');
    await writeFile(join(dir, 'state.json'), '{"lastApplied": {"at"');
    fixture.operations.look('home');
    await fixture.next('in-sync');
    expect(fixture.failures).toMatchObject([{ problems: [{ code: 'HF6005' }] }]);
    expect((await readdir(dir)).some((name) => name.startsWith('state.json.damaged-'))).toBe(true);
    expect((await fixture.store.read('home')).lastApplied?.revision.digest).toMatch(/^[0-9a-f]{64}$/);
  });

  test('a clock that jumps forward or back neither stops the checks nor loses records', async () => {
    let jump = 0;
    const clock = (base: Clock): Clock => ({ ...base, now: () => base.now() + jump });
    const fixture = await daemon({ clock });
    await fixture.next('in-sync');
    for (const [hours, count] of [
      [26, 4],
      [-49, 5],
    ] as const) {
      jump = hours * 3_600_000;
      await fixture.declare(retries(count));
      await fixture.next('applied');
      expect(await fixture.file()).toContain(`request-retry: ${count}`);
    }
    expect((await fixture.store.history('home')).map(({ outcome }) => outcome)).toEqual([
      'applied',
      'applied',
    ]);
  });

  test('follows a directory that is replaced by swapping a symbolic link', async () => {
    const fixture = await daemon();
    await fixture.next('in-sync');
    const desired = join(fixture.dir, 'desired');
    await rename(desired, join(fixture.dir, 'one'));
    await symlink(join(fixture.dir, 'one'), desired);
    await fixture.next('in-sync');
    await mkdir(join(fixture.dir, 'two'));
    await writeFile(join(fixture.dir, 'two', 'gateway.yaml'), retries(6));
    await symlink(join(fixture.dir, 'two'), `${desired}.new`);
    await rename(`${desired}.new`, desired);
    await fixture.next('applied');
    expect(await fixture.file()).toContain('request-retry: 6');
  });
});
