import { Writable } from 'node:stream';
import { afterEach, describe, expect, test } from '@jest/globals';
import { pino } from 'pino';
import { logReporter } from '../../../src/daemon/core/log.ts';
import type { Reporter } from '../../../src/daemon/core/reporter.ts';
import { fail, HoldfastError, problem } from '../../../src/domain/problem/problem.ts';
import { DESIRED, MANAGEMENT_KEY, type Fixture, setup, teardown } from '../../apply/setup.ts';
import { outcomeOf } from '../builders.ts';

afterEach(teardown);

type Line = Readonly<Record<string, unknown>>;

function log(): { readonly reporter: Reporter; readonly lines: () => Line[]; readonly text: () => string } {
  const parts: string[] = [];
  const stream = new Writable({
    write(chunk: Buffer, _encoding, done) {
      parts.push(chunk.toString());
      done();
    },
  });
  const text = (): string => parts.join('');
  const lines = (): Line[] =>
    text()
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  return { reporter: logReporter(pino({ level: 'debug', base: null }, stream)), lines, text };
}

async function applied(desired: string, env: Record<string, string>): Promise<ReturnType<typeof log>> {
  const said = log();
  const fixture: Fixture = await setup({ desired, env });
  const outcome = await fixture.reconcile({}, { listener: (event) => said.reporter.event(event) });
  said.reporter.outcome(outcome, 'files');
  return said;
}

const LEVEL = { info: 30, warn: 40, error: 50, fatal: 60 };

describe('the log', () => {
  test('has target, revision and plan on every line of a change, and the outcome at its end', async () => {
    const { lines } = await applied(DESIRED.replace('request-retry: 1', 'request-retry: 2'), {});
    const told = lines();
    expect(told.every((line) => line['target'] === 'home')).toBe(true);
    const change = told.find((line) => line['path'] === 'request-retry');
    expect(change).toMatchObject({ kind: 'update', disposition: 'apply' });
    expect(change?.['revision']).toMatch(/^[0-9a-f]{12}$/);
    expect(told.at(-1)).toMatchObject({ level: LEVEL.info, outcome: 'applied', trigger: 'files' });
    expect(told.at(-1)?.['plan']).toBe(change?.['plan']);
    const planned = told.findIndex((line) => 'plan' in line);
    expect(told.slice(planned).map((line) => [line['revision'], line['plan']])).toEqual(
      told.slice(planned).map(() => [change?.['revision'], change?.['plan']]),
    );
    expect(told.slice(planned).filter((line) => 'step' in line).length).toBeGreaterThan(5);
  });

  test('every report about a target has its subject, until the next work on it begins', () => {
    const { reporter, lines } = log();
    const revision = { digest: 'a'.repeat(64), commit: { sha: 'c0ffee', dirty: false } };
    const plan = {
      revision,
      digest: { keyId: 'k', value: 'b'.repeat(64) },
      changes: [],
      writes: [],
    } as never; // enough for a log
    const about = { target: 'home', revision: 'a'.repeat(12), plan: 'b'.repeat(12), commit: 'c0ffee' };
    const outcome = outcomeOf({ kind: 'refused', plan }, [problem('HF5005', 'changed in the meantime')]);
    reporter.event({ kind: 'planned', target: 'home', plan });
    reporter.event({ kind: 'step', target: 'home', step: 'backup', detail: 'b1' });
    reporter.event({ kind: 'notice', target: 'home', problem: problem('HF5018', 'a gap') });
    reporter.event({ kind: 'finished', target: 'home', outcome });
    reporter.outcome(outcome, 'asked');
    reporter.failed(fail('HF6004', 'full'), 'home');
    expect(lines()).toHaveLength(5);
    expect(lines().every((line) => Object.entries(about).every(([key, value]) => line[key] === value))).toBe(
      true,
    );
    reporter.event({ kind: 'step', target: 'other', step: 'observe' });
    reporter.event({ kind: 'step', target: 'home', step: 'lock' });
    reporter.note('info', 'stopping');
    reporter.started([{ name: 'home' }] as never, '* * * * *'); // as above
    reporter.event({ kind: 'planned', target: 'home', plan });
    reporter.outcome(outcome, 'asked');
    reporter.outcome(outcomeOf({ kind: 'locked', holder: 'somebody' }), 'schedule');
    const told = lines().slice(5);
    expect(told.map((line) => 'plan' in line)).toEqual([false, false, false, false, true, true, false]);
  });

  test('contains no secret, old or new', async () => {
    const { text } = await applied(DESIRED, { TEAM_B: 'sk-test-rotated', UPSTREAM: 'sk-test-up-2' });
    expect(text()).toContain('api-keys');
    for (const secret of [
      'sk-test-0001',
      'sk-test-0002',
      'sk-test-rotated',
      'sk-test-up-1',
      'sk-test-up-2',
      MANAGEMENT_KEY,
    ])
      expect(text()).not.toContain(secret);
  });

  test('reports problems with code, position and remedy, by their severity', () => {
    const { reporter, lines } = log();
    const position = { file: 'desired-state/a.yaml', line: 3, column: 5 };
    reporter.failed(
      new HoldfastError([problem('HF2003', 'the files declare nothing', { position })]),
      'home',
    );
    expect(lines()).toMatchObject([
      { level: LEVEL.error, target: 'home', code: 'HF2003', at: 'desired-state/a.yaml:3:5' },
    ]);
    expect(lines()[0]?.['remedy']).toEqual(expect.any(String));
  });

  test('a rollback that failed is fatal, what needs attention a warning', () => {
    const { reporter, lines } = log();
    const evidence = { backup: 'b1', reason: 'gone', remedy: [], evidence: [] };
    reporter.outcome(outcomeOf({ kind: 'rollback-failed', ...evidence }), 'schedule');
    reporter.outcome(outcomeOf({ kind: 'drifted', depth: 'deep' }), 'schedule');
    reporter.outcome(outcomeOf({ kind: 'in-sync', depth: 'shallow' }), 'schedule');
    expect(lines().map(({ level }) => level)).toEqual([LEVEL.fatal, LEVEL.warn, LEVEL.info]);
  });

  test('a bug is reported with its location', () => {
    const { reporter, lines } = log();
    reporter.failed(new TypeError('broken'));
    reporter.failed(fail('HF7001', '"x" isn\'t a cron expression'));
    expect(lines()[0]).toMatchObject({
      level: LEVEL.error,
      error: expect.stringContaining('TypeError: broken') as never,
    });
    expect(lines()[1]).toMatchObject({ code: 'HF7001' });
  });
});
