// One look of the daemon at one target: the reconcile of the command line, and where its desired state came from.
import { reconcile, type ReconcileRequest } from '../apply/apply.ts';
import type { Context, LoadedDesired } from '../apply/context.ts';
import type { Clock } from '../nouns/clock.ts';
import type { Look, Trigger } from '../nouns/look.ts';
import type { Outcome } from '../nouns/outcome.ts';
import type { Target } from '../nouns/target.ts';
import { depthOf } from './again.ts';
import { type LastGood, reconcileByLastGood } from './last-good.ts';
import type { Reporter } from './reporter.ts';
import type { Workplace } from './workplace.ts';

export interface Looking {
  readonly clock: Clock;
  readonly reporter: Reporter;
  readonly signal: AbortSignal;
  /** Who asked for it, when somebody did. */
  readonly by?: string | undefined;
  readonly lastGood: LastGood;
}

export interface Seen {
  readonly outcome: Outcome;
  /** Files and directories of the desired state; undefined where it could not be read. */
  readonly sources?: readonly string[];
}

/** Rejects only for faults of ours, and where the state cannot be read. */
export async function look(
  place: Workplace,
  target: Target,
  trigger: Trigger,
  looking: Looking,
  request?: ReconcileRequest,
): Promise<Seen> {
  let sources: readonly string[] | undefined;
  const context = telling(contextOf(place, target, looking), (paths) => {
    sources = paths;
  });
  const loading = looking.lastGood.load(context);
  const loaded = await loading.catch(() => undefined); // what it rejects with, the engine tells
  const good = looking.lastGood.of(target);
  const asked = request ?? { depth: await depth(place, target, trigger, looking) };
  const outcome =
    !request && loaded && !loaded.desired && good
      ? await reconcileByLastGood(context, loaded, good, asked)
      : await reconcile({ ...context, loadDesired: () => loading }, asked);
  return { outcome: withCommit(outcome, loaded), ...(sources && { sources }) };
}

/** Whose files have errors. */
function withCommit(outcome: Outcome, loaded: LoadedDesired | undefined): Outcome {
  return outcome.kind === 'invalid' && loaded?.commit ? { ...outcome, commit: loaded.commit } : outcome;
}

async function depth(
  { store }: Workplace,
  { name }: Target,
  trigger: Trigger,
  { clock }: Looking,
): Promise<'shallow' | 'deep'> {
  const { lastDeepCheck } = await store.read(name);
  return trigger === 'start' ? 'deep' : depthOf(lastDeepCheck?.at, clock.now());
}

/** What the engine is given for one piece of the daemon's work. */
export function contextOf(place: Workplace, target: Target, { reporter, signal, by }: Looking): Context {
  const context = place.contextOf(target, (event) => reporter.event(event));
  return { ...context, signal, ...(by !== undefined && { by }) };
}

/** The same context, telling which files its desired state came from. */
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

/** As it is kept for the plot. */
export function asLook(outcome: Outcome, trigger: Trigger): Look {
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
