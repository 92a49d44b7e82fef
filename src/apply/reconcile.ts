// Makes one target equal to its files, or reports why that isn't possible: load → observe → plan → guards →
// transaction.
import { buildKey } from '../gateway/client/build.ts';
import { probeRollback } from '../gateway/checks/rollback-probe.ts';
import type { Desired } from '../domain/desired.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { isRefused, type Plan } from '../domain/plan/plan.ts';
import { fail, HoldfastError } from '../domain/problem/problem.ts';
import { contestedOutcome } from './record/contested-outcome.ts';
import type { ReconcileRequest } from './run/context.ts';
import { foreignText, judgeFile, redactionOf } from './steps/foreign-edits.ts';
import { contentIn } from './run/compare.ts';
import { conclude } from './record/outcome.ts';
import { partlyQuarantined, quarantined } from './record/quarantine.ts';
import { type DeepLive, readDeep } from './run/read.ts';
import { attempted } from './run/recording.ts';
import { isWithin } from './steps/reconsider.ts';
import { resolveJournal, tellOfOpenJournal } from './rollback/recover.ts';
import { recordInSync, recordOutOfSync } from './record/record-in-sync.ts';
import { interrupted, type LiveRun, notice, reached, type Run, step } from './run/run.ts';
import { suspended } from './record/suspended.ts';
import { keepsFlat, plan, replan } from './steps/refresh-and-plan.ts';
import { transact } from './transaction.ts';
import { shallowIsEnough } from './steps/shallow.ts';
import type { PlannedTarget } from './types/planned-target.ts';

export async function reconcileUnderLock(run: Run, request: ReconcileRequest): Promise<Outcome> {
  const held = suspended(run, request);
  if (held) return whileSuspended(run, request, held);
  // A target that is only observed isn't written, not even to finish what was begun in another mode.
  const isObserved = (request.mode ?? run.context.target.mode) === 'observe';
  if (isObserved) await tellOfOpenJournal(run);
  const recovered = isObserved ? { kind: 'go' as const, run } : await resolveJournal(run, request.retry);
  if (recovered.kind === 'left') return recovered.outcome;
  const desired = await loadDesired(recovered.run);
  if (request.depth === 'shallow' && (await shallowIsEnough(recovered.run, desired, request)))
    return recordInSync(recovered.run, desired, 'shallow');
  return attempt(recovered.run, desired, request, MOST_ATTEMPTS);
}

/**
 * A suspended target is read and compared, and never written. Whoever suspended it may have stopped the gateway or be
 * changing the files, so a check that fails isn't reported.
 */
async function whileSuspended(run: Run, request: ReconcileRequest, held: Outcome): Promise<Outcome> {
  try {
    const { planned } = await observedAndPlanned(run, await loadDesired(run), request);
    await recordOutOfSync(run, planned);
    return suspended(run, request, planned.prepared.plan) ?? held;
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return held;
  }
}

/** All problems of the files at once, warnings included. */
export async function loadDesired({ context, ...run }: Run): Promise<Desired> {
  const { desired, problems } = await context.loadDesired();
  if (!desired) throw new HoldfastError(problems);
  for (const warning of problems) notice({ context, ...run }, warning);
  return desired;
}

/** How often to plan again while others keep writing. */
export const MOST_ATTEMPTS = 4;

/**
 * Observe, plan, write. If the gateway changes during a plan that nobody approved, plan again and keep what others
 * changed.
 */
export async function attempt(
  under: Run,
  desired: Desired,
  request: ReconcileRequest,
  attempts: number,
  earlier?: PlannedTarget<DeepLive>,
): Promise<Outcome> {
  const { run, planned } = await observedAndPlanned(under, desired, request);
  if (earlier) keepForeign(run, earlier, planned);
  const ready = await beforeWriting(run, planned, request);
  if (ready.kind === 'done') return ready.outcome;
  try {
    return await transact(run, ready.planned, { approved: request.approved !== undefined });
  } catch (error) {
    if (!isStale(error) || request.approved || attempts <= 1) throw error;
    step(run, 'plan', 'the gateway changed in the meantime: planning again');
    return attempt(under, desired, request, attempts - 1, ready.planned);
  }
}

/** Throws HF5005 if the new plan would overwrite what others changed since the earlier one. */
function keepForeign(run: LiveRun, earlier: PlannedTarget<DeepLive>, now: PlannedTarget<DeepLive>): void {
  if (isWithin(earlier.prepared, now.prepared)) return;
  const before = contentIn(earlier.live.file, run.dialect);
  const planned = earlier.prepared.prediction?.file.open() ?? before;
  const { foreign } = judgeFile(run, before, planned, now.live);
  const text =
    foreign.length > 0 ? foreignText(redactionOf(run, now), foreign) : 'what the plan was going to change';
  throw fail('HF5005', `someone else changed ${text} before the first write; nothing was written`, {
    target: run.context.target.name,
  });
}

const isStale = (error: unknown): boolean =>
  error instanceof HoldfastError && error.problems.some(({ code }) => code === 'HF5005');

export async function observedAndPlanned(
  under: Run,
  desired: Desired,
  request: ReconcileRequest,
): Promise<{ readonly run: LiveRun; readonly planned: PlannedTarget<DeepLive> }> {
  step(under, 'observe');
  const { run, live } = await readDeep(under, { keepFlat: keepsFlat(under, request) });
  reached(run, 'observed');
  return { run, planned: await plan(run, desired, live, request) };
}

type Ready =
  | { readonly kind: 'go'; readonly planned: PlannedTarget<DeepLive> }
  | { readonly kind: 'done'; readonly outcome: Outcome };

/** Everything that can end a reconcile without a write, in the order of its importance to the user. */
async function beforeWriting(
  run: Run,
  observed: PlannedTarget<DeepLive>,
  request: ReconcileRequest,
): Promise<Ready> {
  const { writes } = observed.prepared;
  const planned = writes.length > 0 ? await withWayBack(run, observed) : observed;
  const { plan: current } = planned.prepared;
  run.context.listener({ kind: 'planned', target: run.context.target.name, plan: current });
  await recordOutOfSync(run, planned);
  refuseOther(current, request);
  if (isRefused(current)) return done(refused(run, planned));
  if (writes.length === 0) return done(await withoutWrites(run, planned));
  const stopped = quarantined(run, planned, request);
  if (stopped) return done(stopped);
  if (request.dryRun) return done(await withoutWrites(run, planned));
  if (interrupted(run)) throw fail('HF5007', 'stopped by a signal');
  return { kind: 'go', planned };
}

const done = (outcome: Outcome): Ready => ({ kind: 'done', outcome });

function refused(run: Run, { prepared, live }: PlannedTarget): Outcome {
  return conclude(run, { kind: 'refused', plan: prepared.plan }, live.findings);
}

/** In sync, or differences that this mode doesn't correct. */
async function withoutWrites(run: Run, planned: PlannedTarget<DeepLive>): Promise<Outcome> {
  const { plan: current, writes } = planned.prepared;
  const { agreement, findings } = planned.live;
  if (agreement.kind === 'differ' && agreement.cause === 'stale-memory')
    return conclude(run, { kind: 'stale-memory', paths: agreement.paths, plan: current }, findings);
  const contested = await contestedOutcome(run, planned);
  if (contested) return contested;
  const waiting = writes.length === 0 ? partlyQuarantined(run, planned) : undefined;
  if (waiting) return waiting;
  if (current.changes.length > 0)
    return conclude(run, { kind: 'drifted', depth: 'deep', plan: current }, findings);
  return recordInSync(run, planned.desired, 'deep', planned);
}

/** An approved plan is applied exactly or not at all. A different key is reported as such, not as a stale plan. */
function refuseOther({ digest, memory }: Plan, { approved }: ReconcileRequest): void {
  if (!approved) return;
  if (approved.keyId !== digest.keyId)
    throw fail('HF5004', 'the approved plan was signed with a different key from the one that this run uses');
  if (approved.value === digest.value) return;
  const base = memory.source === 'base' ? memory.base.commit.sha : undefined;
  if (approved.base !== undefined && approved.base !== base) {
    const now = base === undefined ? 'has no base' : `compares with ${base.slice(0, 12)}`;
    throw fail(
      'HF5009',
      `the approved plan compares with commit ${approved.base.slice(0, 12)}, this run ${now}`,
    );
  }
  throw fail('HF5003', 'the gateway, the files or the overrides differ from those of the approved plan');
}

/** Whether a rollback would work; determined once per build and layout (design-v8 rule 10). */
async function withWayBack(run: Run, planned: PlannedTarget<DeepLive>): Promise<PlannedTarget<DeepLive>> {
  const known = `${buildKey(planned.live.build)} ${planned.live.layout}`;
  if (run.state.wayBack === known) return replan(planned, { rollbackProbe: 'available' });
  step(run, 'probe-way-back');
  const answer = await probeRollback(run.client, planned.live.memory);
  const { store, target } = run.context;
  if (answer === 'available') await attempted(() => store.update(target.name, { wayBack: known }));
  return replan(planned, { rollbackProbe: answer });
}
