// A check of a target whose newest revision waits for its wave: what is in effect stays in effect, and nothing of the new
// revision is written.
import { reconcile } from '../../apply/apply.ts';
import type { Context, LoadedDesired, ReconcileRequest } from '../../apply/run/context.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { isOnlyFrozen, type Plan } from '../../domain/plan/plan.ts';
import { fail } from '../../domain/problem/problem.ts';
import { summaryOf } from '../../apply/record/summary.ts';

/**
 * `inForce`: the revision that the target has; without it, drift is only reported, because nobody knows the values that
 * it replaced.
 */
export async function reconcileWaiting(
  context: Context,
  { newest, inForce }: { readonly newest: LoadedDesired; readonly inForce: LoadedDesired | undefined },
  request: ReconcileRequest,
  why: string,
): Promise<Outcome> {
  if (inForce) {
    const measured = await reconcile(
      { ...context, loadDesired: () => stillInForce(context, inForce) },
      request,
    );
    return measured.kind === 'in-sync' ? remembered(context, measured, why) : measured;
  }
  const loadDesired = async (): Promise<LoadedDesired> => newest;
  const found = await reconcile({ ...context, loadDesired }, { ...request, dryRun: true });
  return waits(found) ? remembered(context, found, why) : found;
}

/** Called under the lock: another process may have applied a newer revision meanwhile, which must not be undone. */
async function stillInForce({ store, target }: Context, inForce: LoadedDesired): Promise<LoadedDesired> {
  const { lastApplied } = await store.read(target.name);
  if (lastApplied?.revision.digest === inForce.desired?.revision.digest) return inForce;
  throw fail('HF6032', `another revision was applied to ${target.name} in the meantime`, {
    target: target.name,
  });
}

/** Nothing but what the files declare differs. A freeze window concerns it only when its turn comes. */
function waits({ kind, plan }: Outcome): boolean {
  if (!plan) return false;
  return (kind === 'drifted' || (kind === 'refused' && isOnlyFrozen(plan))) && isOnlyDeclared(plan);
}

const isOnlyDeclared = ({ changes }: Plan): boolean =>
  changes.every(({ origin }) => origin === 'git' || origin === 'first');

async function remembered({ store, target }: Context, found: Outcome, reason: string): Promise<Outcome> {
  const { at, durationMs, requests, plan, problems } = found;
  const common = { target: target.name, at, durationMs, requests, problems, ...(plan && { plan }) };
  const outcome: Outcome = { ...common, kind: 'waiting', reason };
  await store.update(target.name, { lastOutcome: { kind: 'waiting', at, summary: summaryOf(outcome) } });
  return outcome;
}
