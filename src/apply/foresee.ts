// What memory shows now, and what it would show after the plan. For questions about a plan; writes nothing.
import { type Sealed, seal } from '../domain/secret.ts';
import type { Tree } from '../lib/value.ts';
import type { ReconcileRequest } from './run/context.ts';
import { readDeep } from './run/read.ts';
import type { Run } from './run/run.ts';
import { loadDesired } from './reconcile.ts';
import { keepsFlat, plan } from './steps/refresh-and-plan.ts';

export interface Foresight {
  readonly now: Sealed<Tree>;
  /** The same as `now` where the plan writes nothing. */
  readonly after: Sealed<Tree>;
}

/** Rejects with a HoldfastError if the files are invalid or the gateway can't be read. */
export async function foreseeUnderLock(run: Run, request: ReconcileRequest): Promise<Foresight> {
  const desired = await loadDesired(run);
  const deep = await readDeep(run, { keepFlat: keepsFlat(run, request) });
  const { prepared } = await plan(deep.run, desired, deep.live, { ...request, mode: 'apply' });
  const now = deep.live.memory.open();
  return { now: seal(now), after: seal(prepared.prediction?.memory.open() ?? now) };
}
