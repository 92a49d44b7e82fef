// The last desired state of each target without errors: if the newest one has errors, the daemon checks for drift
// against it. Kept in memory; after a restart, the hashes of the last apply show
// what the gateway changed.
import { reconcile } from '../../apply/apply.ts';
import { changedSinceApplied } from '../../apply/changed-since-applied.ts';
import type { Context, LoadedDesired, ReconcileRequest } from '../../apply/run/context.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { HoldfastError, problem, type Problem } from '../../domain/problem/problem.ts';
import type { Target } from '../../domain/target.ts';

export interface LastGood {
  /** Keeps files without errors that the target may have. */
  keep(target: Target, loaded: LoadedDesired): void;
  /** Undefined if there is none, or if it was read from other directories. */
  of(target: Target): LoadedDesired | undefined;
  /** The same whatever the directories, if it is this revision. */
  withDigest(target: Target, digest: string | undefined): LoadedDesired | undefined;
}

export function createLastGood(): LastGood {
  const kept = new Map<string, { readonly from: string; readonly loaded: LoadedDesired }>();
  const placeOf = ({ desired }: Target): string => JSON.stringify(desired);
  return {
    keep(target, loaded) {
      if (loaded.desired) kept.set(target.name, { from: placeOf(target), loaded });
    },
    of(target) {
      const found = kept.get(target.name);
      return found?.from === placeOf(target) ? found.loaded : undefined;
    },
    withDigest(target, digest) {
      const { loaded } = kept.get(target.name) ?? {};
      return loaded?.desired?.revision.digest === digest ? loaded : undefined;
    },
  };
}

export interface Newest {
  readonly invalid: LoadedDesired;
  readonly good: LoadedDesired;
  /** Asked under the lock: another replica may have applied a newer revision since these files were kept. */
  readonly isInEffect: () => Promise<boolean>;
}

/** First by the last valid desired state, then by the one with errors, which the target is recorded with. */
export async function reconcileByLastGood(
  context: Context,
  { invalid, good, isInEffect }: Newest,
  request: ReconcileRequest,
): Promise<Outcome> {
  let isUsed = true;
  const loadDesired = async (): Promise<LoadedDesired> => {
    isUsed = await isInEffect();
    return isUsed ? good : invalid;
  };
  const measured = await reconcile({ ...context, loadDesired }, request);
  if (!isUsed) return reconcileByLastApplied(context, invalid, request);
  if (measured.kind === 'rolled-back' || measured.kind === 'rollback-failed') return measured;
  const outcome = await reconcile({ ...context, loadDesired: async () => invalid }, request);
  return outcome.kind === 'invalid' ? beside(outcome, measured, good) : outcome;
}

/** Without a last good desired state: what the gateway changed since the last apply. It is reported, not corrected. */
export async function reconcileByLastApplied(
  context: Context,
  invalid: LoadedDesired,
  request: ReconcileRequest,
): Promise<Outcome> {
  const { target } = context;
  const outcome = await reconcile({ ...context, loadDesired: async () => invalid }, request);
  if (outcome.kind !== 'invalid') return outcome;
  const paths = await changedSinceApplied(context).catch((error: unknown) => {
    if (error instanceof HoldfastError) return []; // the next check with valid files reports it
    throw error;
  });
  if (paths.length === 0) return outcome;
  const shown = [...paths.slice(0, MOST_PATHS), ...(paths.length > MOST_PATHS ? ['…'] : [])].join(', ');
  const found = problem('HF5033', `the gateway differs from the last applied desired state: ${shown}`, {
    target: target.name,
    severity: 'warning',
  });
  return { ...outcome, problems: [...outcome.problems, found] };
}

const MOST_PATHS = 10;

/** What was found by the last valid desired state, reported with the errors of the newest. */
function beside(invalid: Outcome, measured: Outcome, { desired }: LoadedDesired): Outcome {
  if (measured.kind === 'in-sync') return invalid;
  const { plan, problems } = measured;
  const revision = desired?.revision.digest.slice(0, 12) ?? '';
  const found = problem('HF5033', `${FOUND[measured.kind] ?? measured.kind}: revision ${revision}`, {
    target: invalid.target,
    severity: 'warning',
  });
  const told: readonly Problem[] = [...invalid.problems, found, ...problems];
  return { ...invalid, ...(plan && { plan }), problems: told };
}

const FOUND: Readonly<Partial<Record<Outcome['kind'], string>>> = {
  applied: 'the gateway was changed to match the last valid desired state',
  drifted: 'the gateway differs from the last valid desired state',
  'stale-memory': "the gateway's file matches the last valid desired state, but the gateway hasn't loaded it",
  contested: 'something keeps undoing what the last valid desired state declares',
  refused: 'a guard refuses to apply the last valid desired state',
  quarantined: 'the last valid desired state failed before',
  unreachable: "the gateway can't be compared with the last valid desired state",
};
