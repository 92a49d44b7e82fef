import { afterEach, describe, expect, test } from '@jest/globals';
import { createMetrics, type Metrics } from '../../../src/daemon/metrics/metrics.ts';
import type { Outcome } from '../../../src/domain/outcome/outcome.ts';
import type { Plan } from '../../../src/domain/plan/plan.ts';
import { SYNC_STATUSES } from '../../../src/domain/outcome/sync-status.ts';
import type { Rollout } from '../../../src/domain/state/rollout.ts';
import type { TargetState } from '../../../src/state/store.ts';
import type { Source } from '../../../src/api-schema/views.ts';
import { DESIRED, MANAGEMENT_KEY, setup, teardown } from '../../apply/setup.ts';
import { outcomeOf } from '../builders.ts';

afterEach(teardown);

interface Bench extends Metrics {
  targets: string[];
  state: TargetState;
  rollout: Rollout | undefined;
  /** The state can't be read. */
  isLost: boolean;
  source: Source | undefined;
  now: number;
  /** Lines of one metric, e.g. `{target="home"} 1`. */
  shown(metric: string): Promise<string[]>;
  hear(outcome: Outcome): void;
}

function bench(): Bench {
  const at = {
    targets: ['home'],
    state: {} as TargetState,
    rollout: undefined as Rollout | undefined,
    isLost: false,
    source: undefined as Source | undefined,
    now: 0,
  };
  const operations = {
    targets: () => at.targets.map((name) => ({ name })),
    store: () => ({
      read: async () => at.state,
      rollout: async () => {
        if (at.isLost) throw new Error('no database');
        return at.rollout;
      },
    }),
  } as never; // what metrics read of the operations
  const metrics = createMetrics({
    operations,
    version: '1.2.3',
    now: () => at.now,
    elapsed: () => at.now,
    source: () => at.source,
  });
  return Object.assign(at, metrics, {
    shown: async (name: string) =>
      (await metrics.expose())
        .split('\n')
        .filter((line) => line.startsWith(`${name}{`) || line.startsWith(`${name} `))
        .map((line) => line.slice(name.length)),
    hear: (outcome: Outcome) => metrics.reporter.outcome(outcome, 'schedule'),
  });
}

const planOf = (parts: object): Plan => ({ changes: [], verdicts: [], writes: [], ...parts }) as never;
const change = (disposition: string): object => ({ disposition });

describe('metrics', () => {
  test('one standing of a target is 1, all the others are 0', async () => {
    const at = bench();
    at.hear(outcomeOf({ kind: 'drifted', depth: 'deep' }));
    const lines = await at.shown('holdfast_target_standing');
    expect(lines).toHaveLength(Object.keys(SYNC_STATUSES).length);
    expect(lines.filter((line) => line.endsWith(' 1'))).toEqual(['{target="home",standing="drifted"} 1']);
  });

  test('a target that was not checked has the status unknown, no check and no success', async () => {
    const at = bench();
    expect(await at.shown('holdfast_target_standing')).toContain('{target="home",standing="unknown"} 1');
    expect(await at.shown('holdfast_last_look_timestamp_seconds')).toEqual([]);
    expect(await at.shown('holdfast_last_success_timestamp_seconds')).toEqual([]);
  });

  test("an outcome that says nothing about the target doesn't change its status", async () => {
    const at = bench();
    const plan = planOf({ changes: [change('report'), change('report')] });
    at.hear({ ...outcomeOf({ kind: 'drifted', depth: 'deep', plan }), at: 5000 });
    at.hear({ ...outcomeOf({ kind: 'locked', holder: 'somebody' }), at: 9000 });
    expect(await at.shown('holdfast_target_standing')).toContain('{target="home",standing="drifted"} 1');
    expect(await at.shown('holdfast_target_differences')).toEqual(['{target="home"} 2']);
    expect(await at.shown('holdfast_last_look_timestamp_seconds')).toEqual(['{target="home"} 9']);
  });

  test("what an apply didn't write still differs, what it wrote does not", async () => {
    const at = bench();
    const plan = planOf({ changes: [change('apply'), change('report'), change('apply')] });
    const applied = {
      backup: 'b',
      evidence: [],
      runtime: 'proven',
      notServedYet: [],
      restartNeeded: [],
    } as const;
    at.hear({ ...outcomeOf({ kind: 'applied', ...applied, plan }), at: 7000 });
    expect(await at.shown('holdfast_target_differences')).toEqual(['{target="home"} 1']);
    expect(await at.shown('holdfast_last_success_timestamp_seconds')).toEqual(['{target="home"} 7']);
  });

  test('checks are counted by outcome and trigger, and timed', async () => {
    const at = bench();
    at.reporter.outcome(outcomeOf({ kind: 'in-sync', depth: 'shallow' }), 'schedule');
    at.reporter.outcome(outcomeOf({ kind: 'in-sync', depth: 'shallow' }), 'schedule');
    at.reporter.outcome(outcomeOf({ kind: 'unreachable' }), 'files');
    expect(await at.shown('holdfast_outcomes_total')).toEqual([
      '{target="home",outcome="in-sync",trigger="schedule"} 2',
      '{target="home",outcome="unreachable",trigger="files"} 1',
    ]);
    expect(await at.shown('holdfast_reconcile_duration_seconds_count')).toEqual(['{target="home"} 3']);
    expect(await at.shown('holdfast_reconcile_duration_seconds_bucket')).toContain(
      '{le="0.05",target="home"} 3',
    );
  });

  test('a state that can not be read is shown, and what it would say is not', async () => {
    const at = bench();
    at.rollout = { id: 'r', phase: 'paused', startedAt: 0, at: 0, waves: [], targets: {} };
    expect(await at.shown('holdfast_state_available')).toEqual([' 1']);
    at.isLost = true;
    expect(await at.shown('holdfast_state_available')).toEqual([' 0']);
    expect(await at.shown('holdfast_rollout_phase')).toEqual([]);
  });

  test('the rollout shows its phase and how many targets are in each', async () => {
    const at = bench();
    expect(await at.shown('holdfast_rollout_phase')).toEqual([]);
    const targets = { a: { phase: 'done', at: 0 }, b: { phase: 'waiting', at: 0 } } as const;
    at.rollout = { id: 'r', phase: 'paused', startedAt: 0, at: 0, waves: [], targets };
    const phases = await at.shown('holdfast_rollout_phase');
    expect(phases.filter((line) => line.endsWith(' 1'))).toEqual(['{phase="paused"} 1']);
    const counts = await at.shown('holdfast_rollout_targets');
    expect(counts).toEqual(
      expect.arrayContaining(['{phase="done"} 1', '{phase="waiting"} 1', '{phase="failed"} 0']),
    );
  });

  test('a refusal counts each guard that refused once, and none that was allowed', async () => {
    const at = bench();
    const verdicts = [
      { guard: 'mass-delete', allowed: false },
      { guard: 'mass-delete', allowed: false },
      { guard: 'takeover', allowed: true },
    ];
    at.hear(outcomeOf({ kind: 'refused', plan: planOf({ verdicts }) }));
    expect(await at.shown('holdfast_guard_refusals_total')).toEqual([
      '{target="home",guard="mass-delete"} 1',
    ]);
  });

  test('settling is timed from its first step to whatever follows', async () => {
    const at = bench();
    const step = (name: 'write' | 'settle' | 'verify', now: number): void => {
      at.now = now;
      at.reporter.event({ kind: 'step', target: 'home', step: name });
    };
    step('write', 1000);
    step('settle', 2000);
    step('settle', 2500);
    step('verify', 3500);
    expect(await at.shown('holdfast_settle_duration_seconds_sum')).toEqual(['{target="home"} 1.5']);
    expect(await at.shown('holdfast_settle_duration_seconds_count')).toEqual(['{target="home"} 1']);
  });
});

describe('metrics from the state, the settings and the git source', () => {
  test('the state of an earlier process is shown: success, block, suspension, revision', async () => {
    const at = bench();
    at.now = 1000;
    at.state = {
      lastApplied: { at: 400, revision: { digest: 'a'.repeat(64), commit: { sha: 'c0ffee', dirty: false } } },
      lastDeepCheck: { at: 800, inSync: true },
      lastShallowCheck: { at: 900, inSync: false },
      authBlock: { until: 5000, reason: 'wrong key', keys: 'k' },
      suspension: { until: 6000, reason: 'migration' },
      historyHead: { n: 12, hash: '5e1fa0c27d93'.padEnd(64, '0') },
    } as never; // members that metrics do not read are omitted
    at.reporter.started([{ name: 'home' }] as never, '* * * * *');
    expect(await at.shown('holdfast_last_success_timestamp_seconds')).toEqual(['{target="home"} 0.8']);
    expect(await at.shown('holdfast_auth_blocked')).toEqual(['{target="home"} 1']);
    expect(await at.shown('holdfast_suspended_until_timestamp_seconds')).toEqual(['{target="home"} 6']);
    expect(await at.shown('holdfast_applied_revision_info')).toEqual([
      '{target="home",revision="aaaaaaaaaaaa",commit="c0ffee"} 1',
    ]);
    expect(await at.shown('holdfast_history_head_info')).toEqual([
      '{target="home",entry="12",hash="5e1fa0c27d930000"} 1',
    ]);
    at.now = 7000;
    expect(await at.shown('holdfast_auth_blocked')).toEqual(['{target="home"} 0']);
    expect(await at.shown('holdfast_suspended_until_timestamp_seconds')).toEqual([]);
  });

  test('another revision replaces the series of the one before', async () => {
    const at = bench();
    for (const digest of ['a', 'b']) {
      at.state = { lastApplied: { at: 1, revision: { digest: digest.repeat(64) } } } as never; // as above
      at.hear(outcomeOf({ kind: 'in-sync', depth: 'deep' }));
      expect(await at.shown('holdfast_applied_revision_info')).toEqual([
        `{target="home",revision="${digest.repeat(12)}",commit=""} 1`,
      ]);
    }
  });

  test('no series of a target outlives its place in the settings', async () => {
    const at = bench();
    const plan = planOf({ verdicts: [{ guard: 'brick', allowed: false }] });
    const write = { method: 'PUT', path: '/v0/management/debug' } as never; // as the engine sends it
    at.hear(outcomeOf({ kind: 'refused', plan }));
    at.reporter.event({ kind: 'step', target: 'home', step: 'write', write });
    at.reporter.event({ kind: 'step', target: 'home', step: 'settle' });
    at.reporter.event({ kind: 'finished', target: 'home', outcome: outcomeOf({ kind: 'refused', plan }) });
    at.reporter.failed(new Error('broken'), 'home');
    at.reporter.failed(new Error('settings'));
    expect(await at.expose()).toContain('target="home"');
    at.targets = ['other'];
    const text = await at.expose();
    expect(text).not.toContain('"home"');
    expect(text).toContain('holdfast_faults_total{target=""} 1');
    expect(text).toContain('holdfast_target_standing{target="other",standing="unknown"} 1');
  });

  test('the git source shows its commit, its age and whether it is stale; without git there is none of it', async () => {
    const at = bench();
    expect(await at.expose()).not.toMatch(/^holdfast_git_[a-z_]+[{ ]/m);
    at.source = {
      url: 'https://git.example/x',
      ref: 'main',
      commit: { sha: 'c1', at: 3000 },
      answeredAt: 4000,
    };
    expect(await at.shown('holdfast_git_commit_info')).toEqual(['{ref="main",commit="c1"} 1']);
    expect(await at.shown('holdfast_git_commit_timestamp_seconds')).toEqual(['{ref="main"} 3']);
    expect(await at.shown('holdfast_git_stale')).toEqual(['{ref="main"} 0']);
    at.source = { ...at.source, commit: { sha: 'c2' }, problem: 'the branch is gone' };
    expect(await at.shown('holdfast_git_commit_info')).toEqual(['{ref="main",commit="c2"} 1']);
    expect(await at.shown('holdfast_git_stale')).toEqual(['{ref="main"} 1']);
    at.source = undefined;
    expect(await at.expose()).not.toMatch(/^holdfast_git_[a-z_]+[{ ]/m);
  });

  test("a state that can't be read keeps the previous values and a complete exposition", async () => {
    const at = bench();
    at.state = { lastApplied: { at: 1000, revision: { digest: 'a'.repeat(64) } } } as never; // as above
    at.hear(outcomeOf({ kind: 'unreachable' }));
    expect(await at.shown('holdfast_last_success_timestamp_seconds')).toEqual(['{target="home"} 1']);
    Object.defineProperty(at, 'state', { get: () => Promise.reject(new Error('damaged')) });
    at.hear(outcomeOf({ kind: 'unreachable' }));
    expect(await at.shown('holdfast_last_success_timestamp_seconds')).toEqual(['{target="home"} 1']);
  });

  test('a real apply is counted by purpose and route, with nothing secret in any line', async () => {
    const at = bench();
    const fixture = await setup({
      desired: DESIRED.replace('request-retry: 1', 'request-retry: 2'),
      env: { TEAM_B: 'sk-test-rotated' },
    });
    const outcome = await fixture.reconcile({}, { listener: (event) => at.reporter.event(event) });
    at.hear(outcome);
    expect(outcome.kind).toBe('applied');
    const writes = await at.shown('holdfast_gateway_writes_total');
    expect(writes.every((line) => /method="(PUT|PATCH|DELETE)",route="v0\/[a-z.-]+"} [1-9]/.test(line))).toBe(
      true,
    );
    expect(writes.length).toBeGreaterThan(0);
    expect(await at.shown('holdfast_gateway_requests_total')).toContain(
      `{target="home",purpose="write"} ${outcome.requests['write']}`,
    );
    expect(await at.shown('holdfast_settle_duration_seconds_count')).toEqual([
      `{target="home"} ${outcome.plan?.writes.length}`,
    ]);
    const text = await at.expose();
    for (const secret of [MANAGEMENT_KEY, 'sk-test-0001', 'sk-test-rotated'])
      expect(text).not.toContain(secret);
  });
});
