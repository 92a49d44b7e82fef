import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { openFileStore } from '../../src/state/files/files.ts';
import { openTerminal, type Terminal } from './terminal.ts';

let terminal: Terminal;
beforeEach(async () => {
  terminal = await openTerminal();
});
afterEach(async () => {
  await terminal[Symbol.asyncDispose]();
});

const suspend = (...words: string[]): ReturnType<Terminal['run']> => terminal.run('suspend', ...words);

/** As time would have ended it. */
async function expire(): Promise<void> {
  const store = await openFileStore({
    dir: `${terminal.dir}/.holdfast`,
    clock: terminal.clock,
  });
  await store.update('default', { suspension: { until: terminal.clock.now() - 1, reason: 'long ago' } });
}

describe('a suspended target', () => {
  test('is not applied to, and the refusal states the end, the reason and how to resume', async () => {
    const said = await suspend('--for', '30m', '--reason', 'upstream is moving');
    expect(said.exit).toBe(0);
    expect(said.out).toMatch(/^default {2}suspended until .* UTC \(30 min\): upstream is moving\n/);
    const applied = await terminal.run('apply');
    expect(applied.exit).toBe(4);
    expect(applied.out).toMatch(/suspended until \S+ \S+ UTC: upstream is moving/);
    expect(applied.out.replaceAll(/\s+/g, ' ')).toContain('holdfast resume --target default');
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 1');
  });

  test('can be checked: plan and diff show the guard, drift the differences, status the suspension', async () => {
    await suspend('--for', '2h', '--reason', 'upstream is moving');
    const plan = await terminal.run('plan');
    expect(plan.exit).toBe(4);
    expect(plan.out).toContain('~ request-retry  1 → 3');
    expect(plan.out).toMatch(/frozen.* the target is suspended until/);
    expect(plan.out).toContain('--allow frozen');
    expect((await terminal.run('diff')).exit).toBe(4);
    expect((await terminal.run('drift')).out).toContain('request-retry');
    expect((await terminal.run('status', '--offline')).out).toMatch(
      /suspended +until \S+ \S+ UTC: upstream is moving/,
    );
  });

  test('is applied to with --allow frozen, and stays suspended', async () => {
    await suspend('--for', '30m', '--reason', 'upstream is moving');
    expect((await terminal.run('apply', '--allow', 'frozen')).exit).toBe(0);
    expect(await terminal.read('gateway/config.yaml')).toContain('request-retry: 3');
    expect((await terminal.run('apply')).exit).toBe(4);
  });

  test('is applied to again once it is resumed', async () => {
    await suspend('--for', '30m', '--reason', 'upstream is moving');
    expect((await terminal.run('resume')).out).toMatch(
      /^default {2}resumed; it was suspended until .* UTC: upstream/,
    );
    expect((await terminal.run('apply')).exit).toBe(0);
    expect((await terminal.run('resume')).out).toBe('default  was not suspended\n');
  });

  test('is itself again when its time is over', async () => {
    await suspend('--for', '30m', '--reason', 'upstream is moving');
    await expire();
    expect((await terminal.run('status', '--offline')).out).not.toContain('suspended');
    expect((await terminal.run('resume')).out).toBe('default  was not suspended\n');
    expect((await terminal.run('apply')).exit).toBe(0);
  });
});

describe('holdfast suspend', () => {
  test.each([
    [[], 'suspend needs an end (--for or --until) and a reason (--reason)'],
    [['--reason', 'x'], 'suspend needs an end (--for or --until)'],
    [['--for', '30m'], 'suspend needs a reason (--reason)'],
    [['--for', '30m', '--reason', '  '], 'it needs a reason'],
    [['--for', 'a while', '--reason', 'x'], "`a while` isn't a valid duration"],
    [['--for', '31d', '--reason', 'x'], 'it would last longer than 30 days'],
    [['--until', 'monday', '--reason', 'x'], "`monday` isn't a valid date or time"],
    [['--until', '2026-02-30', '--reason', 'x'], "`2026-02-30` isn't a valid date or time"],
    [
      ['--until', '2020-01-01T10:00', '--reason', 'x'],
      'it would have ended at 2020-01-01 10:00:00 UTC already',
    ],
    [['--for', '30m', '--until', '2026-01-01', '--reason', 'x'], "--until and --for can't be used together"],
  ])('%j is a usage error, and nothing is suspended', async (words, said) => {
    const { exit, out, err } = await suspend(...words);
    expect(exit).toBe(64);
    expect(out + err).toContain(said);
    expect((await terminal.run('apply', '--dry-run')).out).not.toContain('suspended');
  });

  test('answers in JSON, for a moment in a time zone too', async () => {
    const tomorrow = new Date(Date.now() + 86_400_000).toISOString().slice(0, 10);
    const { out } = await suspend('--until', `${tomorrow}T12:00+01:00`, '--reason', 'x', '--output', 'json');
    expect(JSON.parse(out)).toMatchObject({
      exit: 0,
      suspended: [{ target: 'default', until: Date.parse(`${tomorrow}T11:00Z`), reason: 'x' }],
    });
  });

  test('treats only the targets that are named', async () => {
    await terminal.write(
      'holdfast.yaml',
      'version: 1\ntargets:\n  - { name: eu, key: mgmt-secret-1 }\n  - { name: us, key: mgmt-secret-1 }\n',
    );
    expect((await suspend('--target', 'us', '--for', '1h', '--reason', 'x')).out).toMatch(/^us {2}suspended/);
    const resumed = await terminal.run('resume', '--output', 'json');
    expect(JSON.parse(resumed.out)).toMatchObject({
      resumed: [{ target: 'eu' }, { target: 'us', ended: {} }],
    });
  });
});

describe('status', () => {
  test('lists the freeze windows that are open', async () => {
    const [year] = new Date().toISOString().split('-');
    const window = `${year}-01-01/${year}-12-31`;
    await terminal.write(
      'holdfast.yaml',
      `version: 1\ntargets: [{ name: home, key: mgmt-secret-1, url: "${terminal.sandbox.url}" }]\npolicy: { freeze: ["${window}", "2020-01-01/2020-01-02"] }\n`,
    );
    const { out } = await terminal.run('status', '--offline');
    expect(out).toMatch(new RegExp(`frozen +until \\d{4}-01-01 00:00:00 UTC: ${window}\n`));
    const applied = await terminal.run('apply');
    expect(applied.exit).toBe(4);
    expect(applied.out).toContain('--allow frozen');
    expect((await terminal.run('apply', '--allow', 'frozen')).exit).toBe(0);
  });
});
