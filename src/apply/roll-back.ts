// Puts back what a failed transaction changed. Itself a transaction: settle, back up what is there, write, settle,
// verify (design §10.9). Differences inside our footprints are ours, any outside are somebody else's and stay.
import { memoryCatalog } from '../gateway/v8/seen.ts';
import type { Evidence, Fidelity, Outcome } from '../nouns/outcome.ts';
import { HoldfastError, problem } from '../nouns/problem.ts';
import { inverseWrite, restoreWrite, type WayBackWrite } from '../plan/route-back.ts';
import { takeBackup } from './backup.ts';
import { expectationOf } from './behaviour.ts';
import { record } from './commit.ts';
import { contentIn, isDestroyed, sameImage, shownPaths, unexplained } from './images.ts';
import { hiddenIsBack, undoInMemory } from './inverse-memory.ts';
import { noteRollingBack } from './journal.ts';
import { conclude } from './outcome.ts';
import { type NotBack, putBack, withRuntime } from './put-back.ts';
import { quarantine } from './quarantine.ts';
import { type DeepLive, readAnything } from './read.ts';
import { byHand } from './remedy.ts';
import { preferFormerKey } from './rotation.ts';
import { reached, type Run, step, windowOf } from './run.ts';
import type { Setback } from './setback.ts';
import type { Transaction } from './underway.ts';

interface Returned {
  readonly kind: 'back';
  readonly fidelity: Fidelity;
  readonly evidence: readonly Evidence[];
  readonly memoryOnly?: boolean;
}

export async function rollBack(run: Run, transaction: Transaction, cause: Setback): Promise<Outcome> {
  step(run, 'roll-back', cause.reason);
  transaction.journal = await noteRollingBack(run, transaction.journal);
  const ended = await takeBack(run, transaction).catch(asFailed);
  if (!cause.blameless) await quarantine(run, transaction.journal.revision, cause.reason);
  await run.context.store.pinBackup(run.context.target.name, transaction.backup.id);
  if (ended.kind === 'back') return rolledBack(run, transaction, cause, ended);
  return rollbackFailed(run, transaction, cause, ended);
}

/** A gateway that cannot be read or a state that cannot be written: a person must look, and is told how. */
function asFailed(error: unknown): NotBack {
  if (!(error instanceof HoldfastError)) throw error;
  return { kind: 'failed', reason: error.message, evidence: [] };
}

/** By what is there now: nothing changed, only memory did, or the file. */
async function takeBack(run: Run, transaction: Transaction): Promise<Returned | NotBack> {
  const now = await settledReading(run);
  if (!sameFile(transaction, now)) return takeFileBack(run, transaction, now);
  if (await memoryIsBack(run, transaction, now)) return unchanged('nothing had changed');
  await undoInMemory(run, transaction, now);
  const after = await settledReading(run);
  if (!sameFile(transaction, after)) return takeFileBack(run, transaction, after);
  if (await memoryIsBack(run, transaction, after))
    return { ...unchanged('memory had changed, the file never did'), memoryOnly: true };
  return { kind: 'failed', reason: 'memory still holds a change that the file never had', evidence: [] };
}

async function settledReading(run: Run): Promise<DeepLive> {
  await run.context.clock.sleep(await windowOf(run));
  return readAnything(run, 'roll-back');
}

const sameFile = ({ prospect }: Transaction, now: DeepLive): boolean =>
  prospect.live.file.hash === now.file.hash;

async function memoryIsBack(run: Run, transaction: Transaction, now: DeepLive): Promise<boolean> {
  const former = transaction.prospect.live.memory.open();
  return (
    sameImage(memoryCatalog(run.context.catalog), former, now.memory.open()) &&
    (await hiddenIsBack(run, transaction))
  );
}

function unchanged(detail: string): Returned {
  return { kind: 'back', fidelity: 'exact', evidence: [{ check: 'put back', passed: true, detail }] };
}

async function takeFileBack(run: Run, transaction: Transaction, now: DeepLive): Promise<Returned | NotBack> {
  const { prospect, baseline, backup } = transaction;
  const { catalog } = run.context;
  await takeBackup(run, now, 'pre-rollback');
  const { way, foreign } = chooseWay(run, transaction, now);
  const back = await putBack(run, {
    way,
    now,
    ...(foreign === '' && { wanted: prospect.live.file }),
    what: foreign === '' ? `backup ${backup.id}` : `our own changes only; ${foreign} is somebody else's`,
    sent: () => preferFormerKey(run, prospect),
  });
  if (back.kind === 'failed') return back;
  const before = contentIn(prospect.live.file, catalog);
  const expected = expectationOf(contentIn(now.file, catalog), before);
  return withRuntime(run, back, baseline, { ...expected, aliases: [] });
}

function chooseWay(
  run: Run,
  { prospect, journal }: Transaction,
  now: DeepLive,
): { readonly way: WayBackWrite; readonly foreign: string } {
  const { catalog } = run.context;
  const before = contentIn(prospect.live.file, catalog);
  const written = prospect.prepared.prediction?.file.open() ?? before;
  const actual = contentIn(now.file, catalog);
  const foreign = isDestroyed(now)
    ? []
    : unexplained({ before, predicted: written, actual }, journal.footprint, catalog);
  if (foreign.length === 0) return { way: restoreWrite(prospect.live.file.text, catalog), foreign: '' };
  const footprints = prospect.prepared.writes.map(({ write }) => write.footprint);
  const way = inverseWrite({ catalog, before: prospect.live.file.text, written, now: now.file, footprints });
  return { way, foreign: shownPaths(foreign) };
}

async function rolledBack(
  run: Run,
  { journal, prospect, backup }: Transaction,
  { code, reason, evidence, path }: Setback,
  { fidelity, memoryOnly, evidence: more }: Returned,
): Promise<Outcome> {
  const { store, target } = run.context;
  const all = [...evidence, ...more];
  await record(run, journal, { outcome: 'rolled-back', evidence: all, problems: [`${code}: ${reason}`] });
  await store.update(target.name, { writeMs: run.pace.writeMs });
  await store.closeJournal(target.name);
  reached(run, 'rolled-back');
  const found = problem(code, reason, { target: target.name, path });
  const { plan } = prospect.prepared;
  return conclude(
    run,
    {
      kind: 'rolled-back',
      plan,
      backup: backup.id,
      fidelity,
      reason,
      evidence: all,
      ...(memoryOnly && { memoryOnly }),
    },
    [found],
  );
}

/** The journal stays open: the next run finds out whether a person has put things right. */
async function rollbackFailed(
  run: Run,
  { journal, prospect, backup }: Transaction,
  cause: Setback,
  ended: NotBack,
): Promise<Outcome> {
  const { target } = run.context;
  const evidence = [...cause.evidence, ...ended.evidence];
  const reason = `${cause.reason}; then: ${ended.reason}`;
  await record(run, journal, { outcome: 'rollback-failed', evidence, problems: [reason] });
  const remedy = byHand(run, backup.id);
  const found = problem('HF5020', reason, { target: target.name, remedy: remedy.join(' ') });
  const { plan } = prospect.prepared;
  return conclude(run, { kind: 'rollback-failed', plan, backup: backup.id, reason, remedy, evidence }, [
    found,
  ]);
}
