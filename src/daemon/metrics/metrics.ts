// Metrics of a running daemon in Prometheus format. Listens like a log; nothing waits for it.
import type { Source } from '../../api-schema/views.ts';
import type { Event } from '../../domain/outcome/event.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { refusingGuards } from '../../domain/plan/plan.ts';
import type { DaemonOperations } from '../core/daemon-operations.ts';
import type { Reporter } from '../core/reporter.ts';
import type { Service } from '../core/service.ts';
import { afterOutcome, afterReading, type Facts, NOTHING } from './facts.ts';
import { clear, showFacts, showRollout, showSource } from './gauges.ts';
import { createInstruments, type Instruments } from './instruments.ts';
import { removeStaleSeries } from './stale-series.ts';
import { routeOf } from './route-of.ts';

export interface MetricsOptions {
  readonly operations: Pick<DaemonOperations, 'targets' | 'store'>;
  /** The version of Holdfast. */
  readonly version: string;
  /** ms since the epoch, and ms of a monotonic clock. */
  readonly now: () => number;
  readonly elapsed: () => number;
  /** The source of the files, if git is followed. */
  readonly source?: () => Source | undefined;
}

export interface Metrics extends Service {
  readonly reporter: Reporter;
  readonly contentType: string;
  /** Everything as text, without series of targets that left the settings. */
  expose(): Promise<string>;
  /** The result of one delivery attempt to a channel of the settings. */
  notified(channel: string, result: 'delivered' | 'refused' | 'failed'): void;
  /** One response of the HTTP API; the route as declared, never as requested. */
  answered(method: string, route: string, status: number): void;
}

export function createMetrics(options: MetricsOptions): Metrics {
  const instruments = createInstruments(options.version);
  const { counters, registry } = instruments;
  const known = createKnown(options.operations);
  const settling = createSettling(instruments, options.elapsed);
  return {
    reporter: {
      started: (targets) => targets.forEach(({ name }) => known.read(name)),
      event(event) {
        settling(event);
        countEvent(instruments, event);
      },
      outcome(outcome, trigger) {
        known.hear(outcome);
        counters.outcomes.inc({ target: outcome.target, outcome: outcome.kind, trigger });
        instruments.histograms.reconcile.observe({ target: outcome.target }, outcome.durationMs / 1000);
        if (outcome.kind === 'refused')
          for (const guard of refusingGuards(outcome.plan))
            counters.refusals.inc({ target: outcome.target, guard });
      },
      note: () => {},
      failed: (_error, target = '') => counters.faults.inc({ target }),
    },
    contentType: registry.contentType,
    async expose() {
      const names = options.operations.targets().map(({ name }) => name);
      const facts = await known.all(names);
      await removeStaleSeries(instruments, new Set(names));
      const state = await options.operations
        .store()
        .rollout()
        .then(
          (rollout) => ({ isAvailable: true, rollout }),
          () => ({ isAvailable: false, rollout: undefined }), // unknown has no series
        );
      clear(instruments.gauges);
      instruments.gauges.stateAvailable.set(state.isAvailable ? 1 : 0);
      showRollout(instruments.gauges, state.rollout);
      showFacts(instruments.gauges, facts, options.now());
      showSource(instruments.gauges, options.source?.());
      return registry.metrics();
    },
    notified: (channel, result) => counters.notifications.inc({ channel, result }),
    answered: (method, route, status) => counters.http.inc({ method, route, status: String(status) }),
    follow: async () => {},
    async [Symbol.asyncDispose]() {
      registry.clear();
    },
  };
}

/** Every piece of work ends with `finished`, including requested plans: their requests count too. */
function countEvent({ counters }: Instruments, event: Event): void {
  const { target } = event;
  if (event.kind === 'step' && event.write)
    counters.writes.inc({ target, method: event.write.method, route: routeOf(event.write.path) });
  if (event.kind !== 'finished') return;
  for (const [purpose, count] of Object.entries(event.outcome.requests))
    counters.requests.inc({ target, purpose }, count);
}

/** Settling lasts from its first step until another kind of step, or the end. */
function createSettling({ histograms }: Instruments, elapsed: () => number): (event: Event) => void {
  const since = new Map<string, number>();
  return (event) => {
    if (event.kind !== 'step' && event.kind !== 'finished') return;
    const { target } = event;
    const began = since.get(target);
    const settles = event.kind === 'step' && event.step === 'settle';
    if (settles && began === undefined) since.set(target, elapsed());
    if (settles || began === undefined) return;
    since.delete(target);
    histograms.settle.observe({ target }, (elapsed() - began) / 1000);
  };
}

interface Known {
  hear(outcome: Outcome): void;
  /** Reads the state of the target; callers of `all` wait for it. */
  read(target: string): void;
  all(targets: readonly string[]): Promise<ReadonlyMap<string, Facts>>;
}

function createKnown(operations: MetricsOptions['operations']): Known {
  const facts = new Map<string, Facts>();
  const reading = new Set<Promise<void>>();
  const of = (target: string): Facts => facts.get(target) ?? NOTHING;
  const read: Known['read'] = (target) => {
    // The check itself reports a state that can't be read; until it can, this shows the previous values.
    const work = operations
      .store()
      .read(target)
      .then((state) => void facts.set(target, afterReading(of(target), state)))
      .catch(() => {})
      .finally(() => reading.delete(work));
    reading.add(work);
  };
  return {
    read,
    hear(outcome) {
      facts.set(outcome.target, afterOutcome(of(outcome.target), outcome));
      read(outcome.target);
    },
    async all(targets) {
      await Promise.all(reading);
      for (const name of facts.keys()) if (!targets.includes(name)) facts.delete(name);
      return new Map(targets.map((name) => [name, of(name)]));
    },
  };
}
