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
import type { RolloutGate } from './rollout-gate.ts';
import type { TargetSet } from './target-set.ts';
import { reconcileWaiting } from './waiting.ts';
import { type Waiting, yielding } from './work-slots.ts';

export interface CheckContext {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Who requested it, if someone did. */
  readonly by?: string | undefined;
  /** ms to wait for other processes that work on the target; 5 s. */
  readonly waitMs?: number | undefined;
  readonly lastGood: LastGood;
  /** Lets other checks work while this one waits. Absent: nobody else waits for it. */
  readonly waiting?: Waiting;
  /** With replicas: rejects with HF6032 if another one has applied a newer revision. */
  readonly confirm?: (target: string, own: string, applied: string | undefined) => void;
  /** Which revisions targets may have. */
  readonly rollouts: RolloutGate;
}

export interface CheckResult {
  readonly outcome: Outcome;
  /** Files and directories of the desired state; undefined if it couldn't be read. */
  readonly sources?: readonly string[];
  /** Digest of the revision that was in effect for this check; undefined if there was none. */
  readonly digest?: string | undefined;
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
  const loading = context.loadDesired();
  const loaded = await loading.catch(() => undefined); // the engine reports what it rejects with
  if (request && loaded) looking.lastGood.keep(target, loaded);
  const asked = request ?? { depth: await depth(place, target, trigger, looking) };
  const { outcome, digest } =
    request || !loaded
      ? {
          outcome: await reconcile({ ...context, loadDesired: () => loading }, asked),
          digest: loaded?.desired?.revision.digest,
        }
      : loaded.desired
        ? await reconcileInTurn(context, loaded, asked, looking)
        : { outcome: await reconcileWithErrors(context, loaded, asked, looking), digest: undefined };
  return { outcome: withCommit(outcome, loaded), digest, ...(sources && { sources }) };
}

/** A revision whose turn hasn't come isn't written; what is in effect stays in effect. */
async function reconcileInTurn(
  context: Context,
  loaded: LoadedDesired,
  asked: ReconcileRequest,
  { rollouts, lastGood, confirm }: CheckContext,
): Promise<Pick<CheckResult, 'outcome' | 'digest'>> {
  const { target } = context;
  const digest = loaded.desired?.revision.digest ?? '';
  const permit = await rollouts.permit(target, digest);
  if (!permit.isAllowed) {
    const inForce = lastGood.withDigest(target, permit.inForce);
    const outcome = await reconcileWaiting(context, { newest: loaded, inForce }, asked, permit.why);
    return { outcome, digest: inForce ? permit.inForce : digest };
  }
  lastGood.keep(target, loaded);
  await rollouts.before(target);
  const request = permit.retry ? { ...asked, retry: true } : asked;
  // Called under the lock, when nobody else can apply anything.
  const loadDesired = async (): Promise<LoadedDesired> => {
    const { lastApplied, quarantine } = await context.store.read(target.name);
    // A revision that was rolled back isn't applied anyway.
    if (quarantine?.revision !== digest) confirm?.(target.name, digest, lastApplied?.revision.digest);
    return loaded;
  };
  return { outcome: await reconcile({ ...context, loadDesired }, request), digest };
}

async function reconcileWithErrors(
  context: Context,
  invalid: LoadedDesired,
  asked: ReconcileRequest,
  { rollouts, lastGood, confirm }: CheckContext,
): Promise<Outcome> {
  const { target, store } = context;
  const good = lastGood.of(target);
  const digest = good?.desired?.revision.digest;
  const permit = digest === undefined ? undefined : await rollouts.permit(target, digest);
  // What this replica kept can be older than what another one applied, and nobody has files to catch up with.
  const isInEffect = async (): Promise<boolean> => {
    const applied = confirm && (await store.read(target.name)).lastApplied?.revision.digest;
    return applied === undefined || applied === digest;
  };
  return good && permit?.isAllowed
    ? reconcileByLastGood(context, { invalid, good, isInEffect }, asked)
    : reconcileByLastApplied(context, invalid, asked);
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
  const { reporter, signal, by, waitMs, waiting } = looking;
  const own = place.contextOf(target, (event) => reporter.event(event));
  const context = waiting ? yielding(own, waiting) : own;
  return {
    ...context,
    signal,
    ...(by !== undefined && { by }),
    ...(waitMs !== undefined && { waitMs }),
  };
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
