// All of Holdfast's own metrics: name, meaning, labels. Labels are targets and closed sets, so that the number of
// series is bounded. docs/metrics.md describes each of them; a test compares the two.
import { collectDefaultMetrics, Counter, Gauge, Histogram, Registry } from 'prom-client';

/** ms between two measurements of the event loop's delay: often enough to notice it, rarely enough to stay idle. */
const LOOP_PRECISION = 100;
const LOOK_SECONDS = [0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
const SETTLE_SECONDS = [0.25, 0.5, 1, 2, 4, 8, 15, 30, 60, 120];

export interface Instruments {
  readonly registry: Registry;
  /** Set again at every read. */
  readonly gauges: ReturnType<typeof gaugesIn> & ReturnType<typeof gitGaugesIn>;
  readonly counters: ReturnType<typeof countersIn>;
  readonly histograms: ReturnType<typeof histogramsIn>;
}

export function createInstruments(version: string): Instruments {
  const registry = new Registry();
  collectDefaultMetrics({ register: registry, eventLoopMonitoringPrecision: LOOP_PRECISION });
  const build = new Gauge({
    name: 'holdfast_build_info',
    help: 'Always 1: the version of Holdfast and of Node.js',
    labelNames: ['version', 'node'],
    registers: [registry],
  });
  build.set({ version, node: process.version }, 1);
  return {
    registry,
    gauges: { ...gaugesIn(registry), ...gitGaugesIn(registry) },
    counters: countersIn(registry),
    histograms: histogramsIn(registry),
  };
}

const gaugeIn =
  (registry: Registry) =>
  <L extends string>(name: string, help: string, ...labelNames: L[]): Gauge<L> =>
    new Gauge({ name, help, labelNames, registers: [registry] });

function gaugesIn(registry: Registry) {
  const gauge = gaugeIn(registry);
  return {
    standing: gauge(
      'holdfast_target_standing',
      '1 for the current status of the target, 0 for all others',
      'target',
      'standing',
    ),
    differences: gauge('holdfast_target_differences', 'Number of differences at the last check', 'target'),
    lastLook: gauge('holdfast_last_look_timestamp_seconds', 'When the last check ended', 'target'),
    lastSuccess: gauge(
      'holdfast_last_success_timestamp_seconds',
      'When the gateway was last in sync with the files',
      'target',
    ),
    authBlocked: gauge(
      'holdfast_auth_blocked',
      '1 while Holdfast sends nothing because the gateway refused the management key',
      'target',
    ),
    stateAvailable: gauge(
      'holdfast_state_available',
      "1 while the state can be read, 0 while it can't: nothing is checked or written then",
    ),
    rolloutPhase: gauge(
      'holdfast_rollout_phase',
      '1 for the current phase of the last rollout, 0 for all others',
      'phase',
    ),
    rolloutTargets: gauge('holdfast_rollout_targets', 'Targets of the last rollout by their phase', 'phase'),
    suspendedUntil: gauge(
      'holdfast_suspended_until_timestamp_seconds',
      "End of the suspension of the target; absent when it isn't suspended",
      'target',
    ),
    revision: gauge(
      'holdfast_applied_revision_info',
      'Always 1: the last applied revision, and its commit if the files are in git',
      'target',
      'revision',
      'commit',
    ),
    historyHead: gauge(
      'holdfast_history_head_info',
      'Always 1: the newest entry of the history, and the first digits of its hash',
      'target',
      'entry',
      'hash',
    ),
  };
}

function gitGaugesIn(registry: Registry) {
  const gauge = gaugeIn(registry);
  return {
    gitCommit: gauge('holdfast_git_commit_info', 'Always 1: the commit that is in effect', 'ref', 'commit'),
    gitCommittedAt: gauge('holdfast_git_commit_timestamp_seconds', 'When that commit was created', 'ref'),
    gitAnsweredAt: gauge(
      'holdfast_git_last_answer_timestamp_seconds',
      'When the remote of the git source last responded',
      'ref',
    ),
    gitStale: gauge(
      'holdfast_git_stale',
      '1 while the commit in effect is older than the requested one',
      'ref',
    ),
  };
}

function countersIn(registry: Registry) {
  const counter = <L extends string>(name: string, help: string, ...labelNames: L[]): Counter<L> =>
    new Counter({ name, help, labelNames, registers: [registry] });
  return {
    outcomes: counter(
      'holdfast_outcomes_total',
      'Checks by outcome and trigger',
      'target',
      'outcome',
      'trigger',
    ),
    faults: counter(
      'holdfast_faults_total',
      "Checks that couldn't start or were interrupted; without a target: settings and services",
      'target',
    ),
    refusals: counter(
      'holdfast_guard_refusals_total',
      'Checks in which the guard refused',
      'target',
      'guard',
    ),
    requests: counter(
      'holdfast_gateway_requests_total',
      'Requests to the gateway by purpose',
      'target',
      'purpose',
    ),
    writes: counter(
      'holdfast_gateway_writes_total',
      'Writes sent to the gateway by route',
      'target',
      'method',
      'route',
    ),
    notifications: counter(
      'holdfast_notifications_total',
      'Notification attempts by channel and result',
      'channel',
      'result',
    ),
    http: counter('holdfast_http_requests_total', 'Requests to the HTTP API', 'method', 'route', 'status'),
  };
}

function histogramsIn(registry: Registry) {
  const histogram = (name: string, help: string, buckets: number[]): Histogram<'target'> =>
    new Histogram({ name, help, labelNames: ['target'], buckets, registers: [registry] });
  return {
    reconcile: histogram('holdfast_reconcile_duration_seconds', 'Duration of checks', LOOK_SECONDS),
    settle: histogram(
      'holdfast_settle_duration_seconds',
      'How long the gateway took to settle after a write',
      SETTLE_SECONDS,
    ),
  };
}
