// One check of one target by the daemon: the same reconcile as on the command line, with the source of its desired
// state.
import { reconcile, type ReconcileRequest } from '../../apply/apply.ts';
import type { Context, LoadedDesired } from '../../apply/run/context.ts';
import type { Clock } from '../../domain/clock.ts';
import type { CheckRecord, Trigger } from '../../domain/state/check-record.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Target } from '../../domain/target.ts';
import { depthOf } from './retry-policy.ts';
import { type LastGood, reconcileByLastApplied, reconcileByLastGood } from './last-good.ts';
import type { Reporter } from './reporter.ts';
import type { TargetSet } from './target-set.ts';
import { type Waiting, yielding } from './work-slots.ts';

export interface CheckContext {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Who requested it, if someone did. */
  readonly by?: string | undefined;
  readonly lastGood: LastGood;
  /** Lets other checks work while this one waits. Absent: nobody else waits for it. */
  readonly waiting?: Waiting;
}

export interface CheckResult {
  readonly outcome: Outcome;
  /** Files and directories of the desired state; undefined if it couldn't be read. */
  readonly sources?: readonly string[];
}

/** Rejects only for bugs, and if the state can't be read. */
export async function checkTarget(
  place: TargetSet,
  target: Target,
  trigger: Trigger,
  looking: CheckContext,
  request?: ReconcileRequest,
): Promise<CheckResult> {
  let sources: readonly string[] | undefined;
  const context = telling(contextOf(place, target, looking), (paths) => {
    sources = paths;
  });
  const loading = looking.lastGood.load(context);
  const loaded = await loading.catch(() => undefined); // the engine reports what it rejects with
  const good = looking.lastGood.of(target);
  const asked = request ?? { depth: await depth(place, target, trigger, looking) };
  const outcome =
    request || !loaded || loaded.desired
      ? await reconcile({ ...context, loadDesired: () => loading }, asked)
      : await (good
          ? reconcileByLastGood(context, loaded, good, asked)
          : reconcileByLastApplied(context, loaded, asked));
  return { outcome: withCommit(outcome, loaded), ...(sources && { sources }) };
}

/** The commit whose files have errors. */
function withCommit(outcome: Outcome, loaded: LoadedDesired | undefined): Outcome {
  return outcome.kind === 'invalid' && loaded?.commit ? { ...outcome, commit: loaded.commit } : outcome;
}

async function depth(
  { store }: TargetSet,
  { name }: Target,
  trigger: Trigger,
  { clock }: CheckContext,
): Promise<'shallow' | 'deep'> {
  const { lastDeepCheck } = await store.read(name);
  return trigger === 'start' ? 'deep' : depthOf(lastDeepCheck?.at, clock.now());
}

/** The context of the engine for one piece of the daemon's work. */
export function contextOf(place: TargetSet, target: Target, looking: CheckContext): Context {
  const { reporter, signal, by, waiting } = looking;
  const own = place.contextOf(target, (event) => reporter.event(event));
  const context = waiting ? yielding(own, waiting) : own;
  return { ...context, signal, ...(by !== undefined && { by }) };
}

/** The same context, which also reports the files of its desired state. */
function telling(context: Context, told: (paths: readonly string[]) => void): Context {
  return {
    ...context,
    loadDesired: async () => {
      const loaded = await context.loadDesired();
      if (loaded.desired) told(loaded.desired.watched);
      return loaded;
    },
  };
}

/** As it is recorded for the timeline. */
export function checkRecord(outcome: Outcome, trigger: Trigger): CheckRecord {
  const { at, kind, plan, durationMs, requests } = outcome;
  return {
    at,
    trigger,
    outcome: kind,
    differences: plan?.changes.length ?? 0,
    durationMs: Math.round(durationMs),
    requests: Object.values(requests).reduce((sum, count) => sum + count, 0),
  };
}
