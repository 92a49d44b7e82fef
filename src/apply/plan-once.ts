// A target read and planned under its lock, for work that is about the plan itself: what other files would come to can be
// planned on the same reading. Writes nothing.
import type { Desired } from '../domain/desired.ts';
import type { Context, ReconcileRequest } from './run/context.ts';
import { type DeepLive, readDeep } from './run/read.ts';
import { loadDesired } from './reconcile.ts';
import { step } from './run/run.ts';
import { withRun } from './run/with-run.ts';
import { keepsFlat, plan } from './steps/refresh-and-plan.ts';
import type { PlannedTarget } from './types/planned-target.ts';

export interface PlannedOnce {
  readonly planned: PlannedTarget<DeepLive>;
  /** What the gateway, as it was read, would get of another desired state. */
  readonly planAgain: (desired: Desired) => Promise<PlannedTarget<DeepLive>>;
}

/** Rejects with a HoldfastError, and with what `work` rejects with. */
export async function planOnce<T>(
  context: Context,
  purpose: string,
  request: ReconcileRequest,
  work: (once: PlannedOnce) => Promise<T>,
): Promise<T> {
  return withRun(context, { purpose }, async (run) => {
    const desired = await loadDesired(run);
    step(run, 'observe', 'deep');
    const deep = await readDeep(run, { keepFlat: keepsFlat(run, request) });
    const planAgain = (other: Desired): Promise<PlannedTarget<DeepLive>> =>
      plan(deep.run, other, deep.live, request);
    return work({ planned: await planAgain(desired), planAgain });
  });
}
