// What happens to a transaction when others change the gateway during it. Their change stays. If it doesn't conflict
// with the files, the rest of the plan is computed again and continues; otherwise the plan stops.
import { formatPath, type Path } from '../../domain/path.ts';
import { isRefused } from '../../domain/plan/plan.ts';
import { sameValue } from '../../lib/value.ts';
import type { Difference } from '../../plan/types/difference.ts';
import type { Prepared } from '../../plan/types/input.ts';
import type { Foreign, ThreeWay } from '../../plan/route/rollback/three-way.ts';
import { expectationOf } from './behaviour.ts';
import { foreignEvidence, foreignText, keptProblem, redactionOf } from './foreign-edits.ts';
import { contentIn, publicPath, shownPaths } from '../run/compare.ts';
import { rebaseJournal } from '../record/journal.ts';
import { interrupted, notice, type Run, step, type LiveRun } from '../run/run.ts';
import { type ApplyFailure, applyFailure } from '../run/apply-failure.ts';
import { plan } from './refresh-and-plan.ts';
import type { DeepLive } from '../run/read.ts';
import type { Transaction } from '../types/transaction.ts';
import type { PlannedTarget } from '../types/planned-target.ts';
import type { Settled } from '../types/settled.ts';

/** How often a plan is computed again in one transaction. After that, the other writer isn't finished yet. */
const MOST_REMAKES = 5;

export interface Rebased {
  readonly kind: 'rebased';
  readonly settled: Settled;
}

/** After a reading in which `found` was changed by others. */
export async function reconsider(
  run: LiveRun,
  transaction: Transaction,
  settled: Settled,
  found: ThreeWay,
): Promise<Rebased | ApplyFailure> {
  const remade = await planAgain(run, transaction, settled.live);
  const why = objection(run, transaction, remade);
  if (why !== undefined) return stopped(run, transaction, found.foreign, why);
  await rebase(run, transaction, remade, found);
  return { kind: 'rebased', settled };
}

/** The same files, and the current state of the gateway. */
export async function planAgain(
  run: LiveRun,
  { planned }: Pick<Transaction, 'planned'>,
  live: DeepLive,
): Promise<PlannedTarget<DeepLive>> {
  const { mode, allow, prune, only, quarantined, state, rollbackProbe } = planned.input;
  const request = {
    quarantined,
    held: state.held,
    ...(mode !== undefined && { mode }),
    ...(allow !== undefined && { allow }),
    ...(prune !== undefined && { prune }),
    ...(only !== undefined && { only }),
  };
  return plan(run, planned.desired, live, request, rollbackProbe);
}

/** Why the new plan must not be sent. */
function objection(run: Run, transaction: Transaction, remade: PlannedTarget): string | undefined {
  const conflicts = beyond(transaction.planned.prepared, remade.prepared);
  if (conflicts.length > 0) return `and the files declare another value for ${shownPaths(conflicts)}`;
  if (isRefused(remade.prepared.plan)) return refusal(remade);
  if (remade.prepared.writes.length === 0) return undefined;
  if (transaction.approved) return 'and the rest of the plan was approved without that change';
  if (transaction.remakes >= MOST_REMAKES) return 'again and again';
  return interrupted(run) ? 'and the run was stopped' : undefined;
}

function refusal({ prepared }: PlannedTarget): string {
  const refused = prepared.plan.verdicts.find(({ allowed }) => !allowed);
  return `and guard ${refused?.guard} refuses the rest of the plan now`;
}

/**
 * Whether the new plan requests only what the first one requested, from the same values. Then it overwrites nobody's
 * change.
 */
export const isWithin = (first: Prepared, remade: Prepared): boolean => beyond(first, remade).length === 0;

/** What the new plan requests and the first one didn't, or from other values. */
function beyond(first: Prepared, remade: Prepared): readonly Path[] {
  const known = Map.groupBy(first.differences.filter(isApplied), ({ path }) => formatPath(path));
  const isKnown = (one: Difference): boolean =>
    (known.get(formatPath(one.path)) ?? []).some((other) => isSameStep(one, other));
  return remade.differences.flatMap((one) => (isApplied(one) && !isKnown(one) ? [one.path] : []));
}

const isApplied = ({ disposition }: Difference): boolean => disposition === 'apply';

const isSameStep = (a: Difference, b: Difference): boolean =>
  a.kind === b.kind && sameOrNone(a.before, b.before) && sameOrNone(a.after, b.after);

const sameOrNone = (a: Difference['before'], b: Difference['before']): boolean => a === b || sameValue(a, b);

function stopped(
  run: LiveRun,
  { planned }: Transaction,
  foreign: readonly Foreign[],
  why: string,
): ApplyFailure {
  const redaction = redactionOf(run, planned);
  const reason = `someone else changed ${foreignText(redaction, foreign)}, ${why}`;
  return applyFailure('HF5023', reason, {
    path: formatPath(publicPath(foreign[0]?.path ?? [], run.dialect.catalog)),
    blameless: true,
  });
}

async function rebase(
  run: LiveRun,
  transaction: Transaction,
  remade: PlannedTarget<DeepLive>,
  { without, foreign }: ThreeWay,
): Promise<void> {
  const { dialect } = run;
  transaction.base = without;
  transaction.ours = contentIn(remade.live.file, dialect);
  transaction.good = remade.live;
  transaction.current = remade;
  transaction.foreign = [...transaction.foreign, ...foreign];
  transaction.remakes += 1;
  const after = remade.prepared.prediction?.file.open() ?? transaction.ours;
  transaction.expectation = expectationOf(without, after);
  transaction.journal = await rebaseJournal(run, transaction.journal, remade, without);
  notice(run, keptProblem(redactionOf(run, remade), foreign));
  if (remade.prepared.writes.length > 0)
    step(run, 'plan', 'the gateway changed in the meantime: planning the rest again');
}

/** For the outcome and the history. */
export const evidenceOfForeign = (run: LiveRun, { planned, foreign }: Transaction) =>
  foreignEvidence(redactionOf(run, planned), foreign);
