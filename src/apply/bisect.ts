// Finds which changes of a failed revision make it fail (docs/apply.md): applies parts of it, each in a transaction of its
// own under its own lock, until only what fails is left. What is known is in the state before each try, so that a restart
// continues it and the bound holds.
import type { Desired } from '../domain/desired.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { parsePath } from '../domain/path.ts';
import type { GuardId } from '../domain/plan/guard.ts';
import type { Code } from '../domain/problem/codes.ts';
import { fail, problem } from '../domain/problem/problem.ts';
import type { QuarantinedPart } from '../domain/outcome/quarantine.ts';
import type { Bisection, Quarantine } from '../domain/state/state.ts';
import { plural } from '../lib/text.ts';
import { afterTry, begun, nextOf, type Result, startOf, type Try, waitingAfter } from './bisection/search.ts';
import { type PlannedUnit, unitsOf } from './bisection/units.ts';
import { attempt, loadDesired, MOST_ATTEMPTS, observedAndPlanned, reconcileUnderLock } from './reconcile.ts';
import { withParts } from './record/quarantine.ts';
import { suspended } from './record/suspended.ts';
import { resolveJournal } from './rollback/recover.ts';
import type { Context, ReconcileRequest } from './run/context.ts';
import { interrupted, notice, type Run, step } from './run/run.ts';
import { withLock } from './steps/with-lock.ts';

/** One piece of a bisection under one lock. */
interface Work {
  readonly request: ReconcileRequest;
  /** The revision that somebody approved, if they did. */
  readonly approved?: string | undefined;
  /** Why all changes failed together, where the bisection begins; absent: it was begun before. */
  readonly reason?: string | undefined;
  /** Set by a try after which the next one follows. */
  goesOn: boolean;
}

/** After a reconcile: its outcome, if there is nothing to bisect; otherwise that of the last step. */
export async function bisectAfter(
  context: Context,
  request: ReconcileRequest,
  outcome: Outcome,
): Promise<Outcome> {
  if (!isWanted(context, request)) return outcome;
  const reason = outcome.kind === 'rolled-back' ? failureOf(outcome) : undefined;
  if (!(await isDue(context, request, outcome, reason))) return outcome;
  if (context.signal?.aborted) return outcome;
  const { approved: _once, retry: _again, ...later } = request;
  const approved = request.approved && outcome.plan?.revision.digest;
  const frame = { purpose: 'bisection', waitMs: request.waitMs, remembers: () => true };
  for (let first = reason; ; first = undefined) {
    const work: Work = { request: later, approved, reason: first, goesOn: false };
    const ended = await withLock(context, frame, (run) => continued(run, work));
    // What stops it between two tries says so itself: one try is only a part of the revision.
    if (!work.goesOn) return ended;
  }
}

/** Somebody who approved a plan wants all of it or nothing, unless they asked for this. */
function isWanted({ target }: Context, { approved, only, dryRun, bisect }: ReconcileRequest): boolean {
  if (only || dryRun) return false;
  return bisect ?? (approved === undefined && target.policy.onFailure === 'bisect');
}

/** A revision is bisected once, and again if somebody tries it again. A bisection that was interrupted goes on. */
async function isDue(
  { store, target }: Context,
  { retry }: ReconcileRequest,
  { kind, plan }: Outcome,
  reason: string | undefined,
): Promise<boolean> {
  if (reason === undefined && kind !== 'quarantined') return false;
  const { quarantine } = await store.read(target.name);
  if (!quarantine || quarantine.by !== undefined || quarantine.only || quarantine.parts) return false;
  if (quarantine.revision !== plan?.revision.digest) return false;
  const { bisection } = quarantine;
  return reason === undefined ? bisection !== undefined && !bisection.over : retry === true || !bisection;
}

/** What the changes can be the reason of. An unclear response or another writer isn't. */
const FAILURES: ReadonlySet<Code> = new Set(['HF5010', 'HF5012', 'HF5013', 'HF5014']);
const OTHERS: ReadonlySet<Code> = new Set(['HF5019', 'HF5023']);

function failureOf({ reason, problems }: Extract<Outcome, { kind: 'rolled-back' }>): string | undefined {
  const codes = problems.map(({ code }) => code);
  return codes.some((code) => FAILURES.has(code)) && !codes.some((code) => OTHERS.has(code))
    ? reason
    : undefined;
}

/** Guards that judge the moment and not what would be written. */
const CIRCUMSTANCES: ReadonlySet<GuardId> = new Set([
  'frozen',
  'no-lasting-backup',
  'no-memory',
  'no-way-back',
  'split-brain',
]);

/** Undefined: it says nothing about the changes, and the bisection stops for now. */
function resultOf(outcome: Outcome): Result | undefined {
  switch (outcome.kind) {
    case 'applied':
    case 'in-sync':
      return { kind: 'passed' };
    case 'rolled-back': {
      const reason = failureOf(outcome);
      return reason === undefined ? undefined : { kind: 'failed', reason };
    }
    case 'refused': {
      const refusing = outcome.plan?.verdicts.filter(({ allowed }) => !allowed) ?? [];
      const [first] = refusing;
      if (!first || refusing.some(({ guard }) => CIRCUMSTANCES.has(guard))) return undefined;
      return {
        kind: 'undecided',
        reason: `guard ${first.guard} refuses it without the others: ${first.message}`,
      };
    }
    default:
      return undefined;
  }
}

async function continued(under: Run, work: Work): Promise<Outcome> {
  const held = suspended(under, work.request);
  if (held) return held;
  const recovered = await resolveJournal(under);
  if (recovered.kind === 'left') return recovered.outcome;
  const { run } = recovered;
  const { quarantine } = run.state;
  if (interrupted(run)) throw fail('HF5007', stoppedText(quarantine?.bisection));
  const desired = await loadDesired(run);
  if (work.approved !== undefined && desired.revision.digest !== work.approved)
    throw fail('HF5003', 'the files changed after the plan was approved, so the bisection stopped');
  // The files changed, or someone rolled the revision back since the last try.
  if (quarantine?.revision !== desired.revision.digest || quarantine.by !== undefined)
    return reconcileUnderLock(run, work.request);
  const atMost = run.context.target.policy.bisectTries;
  const trying = { ...run, trying: { number: 0, atMost } };
  const { run: live, planned } = await observedAndPlanned(trying, desired, work.request);
  const units = unitsOf(planned.prepared.plan, live.dialect.catalog);
  const search = searchIn(quarantine, units, work.reason);
  if (!search) return reconcileUnderLock(run, work.request);
  const found: Found = { run, desired, quarantine, units, search };
  const next = nextOf(search, units, atMost);
  if (next.kind === 'done') return concluded(found, work);
  return next.kind === 'hopeless' ? givenUp(found, work) : tried(found, work, next);
}

function stoppedText(bisection: Bisection | undefined): string {
  const tries = plural(bisection?.tries ?? 0, 'try');
  return `stopped by a signal after ${tries} of a bisection: the gateway has only a part of the revision, and the next apply continues`;
}

/** What one look under the lock knows. */
interface Found {
  readonly run: Run;
  readonly desired: Desired;
  readonly quarantine: Quarantine;
  /** What differs now. */
  readonly units: readonly PlannedUnit[];
  readonly search: Bisection;
}

function searchIn(
  { bisection }: Quarantine,
  units: readonly PlannedUnit[],
  reason: string | undefined,
): Bisection | undefined {
  if (reason !== undefined) return startOf(units, changesIn(units), reason);
  return bisection?.over ? undefined : bisection;
}

const changesIn = (units: readonly PlannedUnit[]): number =>
  units.reduce((sum, { changes }) => sum + changes, 0);

async function tried(
  { run, desired, quarantine, units, search }: Found,
  work: Work,
  next: Try,
): Promise<Outcome> {
  const { store, target } = run.context;
  const started = begun(search);
  await store.update(target.name, { quarantine: { ...quarantine, bisection: started } });
  const trying = { number: started.tries, atMost: target.policy.bisectTries };
  const chosen = units.filter(({ path }) => next.paths.includes(path));
  step(
    run,
    'bisect',
    `try ${trying.number} of at most ${trying.atMost}: ${changesIn(chosen)} of ${plural(search.total, 'change')}`,
  );
  const request = { ...work.request, only: next.paths.map(parsePath) };
  const state = await store.read(target.name);
  const outcome = await attempt({ ...run, state, trying }, desired, request, MOST_ATTEMPTS);
  const result = resultOf(outcome);
  if (!result) return outcome;
  const bisection = afterTry(started, units, next, result);
  await store.update(target.name, { quarantine: { ...quarantine, bisection } });
  work.goesOn = true;
  return outcome;
}

/** What fails waits, and the rest of the revision is enforced from now on. */
async function concluded(
  { run, desired: { revision }, quarantine, units, search }: Found,
  work: Work,
): Promise<Outcome> {
  const known = new Map(units.map((unit) => [unit.path, unit]));
  const parts = waitingAfter(search, units).map((waiting): QuarantinedPart => {
    const { changes = 1, position } = known.get(waiting.path) ?? {};
    return { ...waiting, changes, ...(position && { position }) };
  });
  const ended = { ...quarantine, bisection: { ...search, over: true } };
  if (parts.length === 0) {
    const message = `the revision failed (${search.reason}), and then each part of it could be applied`;
    notice(run, problem('HF5072', message, { target: run.context.target.name, severity: 'warning' }));
  }
  const found = parts.length > 0 ? withParts(ended, { parts, revision }) : undefined;
  return recorded(run, found, work);
}

/** The revision waits as a whole. */
async function givenUp({ run, quarantine, search }: Found, work: Work): Promise<Outcome> {
  const message = `the bisection stopped after ${plural(search.tries, 'try')}: three parts of the revision failed without each other, and none could be applied. The gateway may be what fails`;
  notice(run, problem('HF5071', message, { target: run.context.target.name, severity: 'warning' }));
  return recorded(run, { ...quarantine, bisection: { ...search, over: true } }, work);
}

async function recorded(run: Run, quarantine: Quarantine | undefined, { request }: Work): Promise<Outcome> {
  const { store, target } = run.context;
  await store.update(target.name, { quarantine });
  return reconcileUnderLock({ ...run, state: await store.read(target.name) }, request);
}
