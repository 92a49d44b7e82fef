// Observe and plan: what differs on the target now, and what apply would do about it. Writes nothing.
import type { WayBack } from '../plan/plan.ts';
import { makePlan, type PlanInput, type Prepared } from '../plan/plan.ts';
import { judgeManagementSecret } from '../plan/management-secret.ts';
import type { Desired } from '../nouns/desired.ts';
import type { Live } from '../nouns/live.ts';
import type { ReconcileRequest } from './context.ts';
import { judgeDrift, NO_DRIFT } from './contested.ts';
import { type Run, step } from './run.ts';

/** One picture of a target, and the plan computed from it. */
export interface Prospect<L extends Live = Live> {
  readonly desired: Desired;
  readonly live: L;
  readonly input: PlanInput;
  readonly prepared: Prepared;
}

export async function plan<L extends Live>(
  run: Run,
  desired: Desired,
  live: L,
  request: ReconcileRequest,
  wayBack: WayBack = 'not-probed',
): Promise<Prospect<L>> {
  const input = await planInput(run, desired, live, request, wayBack);
  const prepared = makePlan(input);
  step(run, 'plan');
  return { desired, live, input, prepared };
}

/** The same picture, planned with something more known. */
export function replan<L extends Live>(prospect: Prospect<L>, more: Partial<PlanInput>): Prospect<L> {
  const input = { ...prospect.input, ...more };
  return { ...prospect, input, prepared: makePlan(input) };
}

async function planInput(
  run: Run,
  desired: Desired,
  live: Live,
  request: ReconcileRequest,
  wayBack: WayBack,
): Promise<PlanInput> {
  const { target, catalog, clock, store } = run.context;
  const now = clock.now();
  return {
    target,
    desired,
    live,
    catalog,
    now,
    state: {
      lastApplied: run.state.lastApplied,
      released: run.state.released,
      suspension: run.state.suspension,
      held: heldPaths(run, request, now),
    },
    hash: (text) => store.hash(text),
    mode: request.mode,
    allow: request.allow,
    prune: request.prune,
    managementSecret: await judgeManagementSecret(desired, live, target),
    wayBack,
  };
}

/** Paths whose healing rests or stopped; only `enforce` heals by itself, so only there it matters. */
function heldPaths(run: Run, request: ReconcileRequest, now: number): readonly string[] {
  const { context, state } = run;
  if ((request.mode ?? context.target.mode) !== 'enforce' || request.retry) return [];
  const record = state.drift ?? NO_DRIFT;
  const { wait, contested } = judgeDrift(record, Object.keys(record.corrected), now);
  return [...record.contested, ...contested, ...wait.map(({ path }) => path)];
}
