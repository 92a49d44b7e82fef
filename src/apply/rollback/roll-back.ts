// Rolls back a failed transaction. This is itself a transaction: settle, back up the current state, write, settle,
// verify (design §10.9). It reverts only what is still as we wrote it, and keeps what others changed in the
// meantime.
import type { Evidence, Fidelity, Outcome } from '../../domain/outcome/outcome.ts';
import { HoldfastError, problem } from '../../domain/problem/problem.ts';
import { inverseWrite, restoreWrite, type RollbackWrite } from '../../plan/route/rollback/rollback-writes.ts';
import type { LostComment } from '../../plan/types/lost-comment.ts';
import type { ThreeWay } from '../../plan/route/rollback/three-way.ts';
import { takeBackup } from '../record/backup.ts';
import { expectationOf } from '../steps/behaviour.ts';
import { endTransaction, type Ending } from '../record/end.ts';
import { commentsOfOthers, keptComments } from '../steps/foreign-comments.ts';
import { judgeFile } from '../steps/foreign-edits.ts';
import { contentIn, isDestroyed, sameImage } from '../run/compare.ts';
import { hiddenIsBack, undoInMemory } from './inverse-memory.ts';
import { noteRollingBack } from '../record/journal.ts';
import { conclude } from '../record/outcome.ts';
import { isLoaded, loadedFrom, type NotRestored, restoreFile, withRuntime } from './restore-file.ts';
import { quarantineOf } from '../record/quarantine.ts';
import { type DeepLive, readLastingly, readRaw } from '../run/read.ts';
import { recording } from '../run/recording.ts';
import { evidenceOfForeign } from '../steps/reconsider.ts';
import { besideOthers, byHand } from './remedy.ts';
import { preferFormerKey } from '../steps/key-rotation.ts';
import { awaitReload, reached, step, type LiveRun, windowOf } from '../run/run.ts';
import { doubled } from '../run/settle-window.ts';
import { unlessRestarting } from '../steps/settle.ts';
import type { ApplyFailure } from '../run/apply-failure.ts';
import type { Transaction } from '../types/transaction.ts';

interface Returned {
  readonly kind: 'back';
  readonly fidelity: Fidelity;
  readonly evidence: readonly Evidence[];
  readonly memoryOnly?: boolean;
}

export async function rollBack(
  run: LiveRun,
  transaction: Transaction,
  cause: ApplyFailure,
): Promise<Outcome> {
  step(run, 'roll-back', cause.reason);
  transaction.journal = await noteRollingBack(run, transaction.journal);
  const ended = await takeBack(run, transaction).catch(asFailed);
  if (ended.kind === 'back') return rolledBack(run, transaction, cause, ended);
  return rollbackFailed(run, transaction, cause, ended);
}

/** The revision is not quarantined because of changes by others or a stop between two writes. */
function remembered(
  run: LiveRun,
  { journal, foreign }: Transaction,
  cause: ApplyFailure,
): Pick<Ending, 'pinsBackup' | 'remembers'> {
  const isBlameless = cause.blameless || foreign.length > 0;
  const state = quarantineOf(run, journal, cause.reason);
  return {
    pinsBackup: true,
    ...(!isBlameless && { remembers: { what: 'that this revision failed', state } }),
  };
}

/**
 * The gateway can't be read: a person must decide, and gets manual steps. If the lock was lost, nobody has to: the next
 * holder finds the open journal and resolves it.
 */
function asFailed(error: unknown): NotRestored {
  if (!(error instanceof HoldfastError) || isLockLost(error)) throw error;
  return { kind: 'failed', reason: error.message, evidence: [] };
}

const isLockLost = ({ problems }: HoldfastError): boolean => problems.some(({ code }) => code === 'HF6002');

/** By the current state: nothing changed, only memory did, or the file. */
async function takeBack(run: LiveRun, transaction: Transaction): Promise<Returned | NotRestored> {
  const now = await settledReading(run);
  if (!sameFile(transaction, now)) return takeFileBack(run, transaction, now, MOST_TRIES);
  if (await memoryIsBack(run, transaction, now))
    return unchanged('nothing to undo', 'the gateway is as before');
  await undoInMemory(run, transaction, now);
  const after = await settledReading(run);
  if (!sameFile(transaction, after)) return takeFileBack(run, transaction, after, MOST_TRIES);
  if (await memoryIsBack(run, transaction, after))
    return { ...unchanged('put back', "memory had changed, but the file hadn't"), memoryOnly: true };
  return { kind: 'failed', reason: 'memory still contains a change that the file never had', evidence: [] };
}

/** What failed may have restarted the gateway, so a reading that fails is repeated after a longer window. */
async function settledReading(run: LiveRun): Promise<DeepLive> {
  for (let window = await windowOf(run); ; window = doubled(window)) {
    await awaitReload(run, window);
    const now = await unlessRestarting(window, () => readLastingly(run, 'roll-back'));
    if (now) return now;
  }
}

const sameFile = ({ planned }: Transaction, now: DeepLive): boolean =>
  planned.live.file.hash === now.file.hash;

async function memoryIsBack(run: LiveRun, transaction: Transaction, now: DeepLive): Promise<boolean> {
  const former = transaction.planned.live.memory.open();
  return (
    sameImage(run.dialect.memoryCatalog, former, now.memory.open()) && (await hiddenIsBack(run, transaction))
  );
}

function unchanged(check: string, detail: string): Returned {
  return { kind: 'back', fidelity: 'exact', evidence: [{ check, passed: true, detail }] };
}

/** How often to try while others keep writing. */
const MOST_TRIES = 4;

async function takeFileBack(
  run: LiveRun,
  transaction: Transaction,
  now: DeepLive,
  tries: number,
): Promise<Returned | NotRestored> {
  const { planned, baseline, backup } = transaction;
  const { dialect } = run;
  const found = foundIn(run, transaction, now);
  const comments = commentsOfOthers(run, planned.live.file, now);
  const isTheirs = found.foreign.length > 0 || comments.length > 0;
  if (isTheirs && found.inForce.length === 0) return nothingLeft(run, transaction, now, comments);
  await recording(run, 'a backup of what the rollback replaced', () => takeBackup(run, now, 'pre-rollback'));
  if ((await readRaw(run, 'roll-back')).hash !== now.file.hash) {
    if (tries > 1) return takeFileBack(run, transaction, await settledReading(run), tries - 1);
    return {
      kind: 'failed',
      reason: 'others keep changing the gateway, so nothing was written over it',
      evidence: [],
    };
  }
  const isAlone = !isTheirs && transaction.foreign.length === 0;
  const back = await restoreFile(run, {
    way: chooseWay(run, transaction, now, isAlone),
    now,
    ...(isAlone && { proposed: planned.live.file }),
    judge: (after) => foundIn(run, transaction, after),
    what: isAlone ? `backup ${backup.id}` : "only Holdfast's own changes; changes by others stay",
    sent: () => preferFormerKey(run, planned),
  });
  if (back.kind === 'failed' && back.again && tries > 1)
    return takeFileBack(run, transaction, await settledReading(run), tries - 1);
  if (back.kind === 'failed') return back;
  const expected = expectationOf(contentIn(now.file, dialect), contentIn(back.live.file, dialect));
  const kept = keptComments(run, 'added', comments);
  return withRuntime(run, { ...back, evidence: [...back.evidence, ...kept] }, baseline, {
    ...expected,
    aliases: [],
  });
}

/** Which changes are ours and which aren't, recorded for the outcome. A destroyed file isn't an edit by others. */
function foundIn(run: LiveRun, transaction: Transaction, now: DeepLive): ThreeWay {
  if (isDestroyed(now)) return { without: transaction.base, foreign: [], inForce: [], missing: [] };
  const found = judgeFile(run, transaction.base, transaction.ours, now);
  transaction.foreign = [...transaction.foreign, ...found.foreign];
  return found;
}

/** Others changed the file, and it contains none of our changes. */
async function nothingLeft(
  run: LiveRun,
  transaction: Transaction,
  now: DeepLive,
  comments: readonly LostComment[],
): Promise<Returned | NotRestored> {
  preferFormerKey(run, transaction.planned);
  if (!isLoaded(await loadedFrom(run, now)))
    return { kind: 'failed', reason: "memory doesn't match the file", evidence: [] };
  const detail = "none of Holdfast's changes are in effect; changes by others stay";
  const evidence = [{ check: 'put back', passed: true, detail }, ...keptComments(run, 'added', comments)];
  return { kind: 'back', fidelity: 'comments', evidence };
}

function chooseWay(
  run: LiveRun,
  { planned, base, ours, good, current }: Transaction,
  now: DeepLive,
  isAlone: boolean,
): RollbackWrite {
  const { dialect } = run;
  if (isAlone) return restoreWrite(planned.live.file.text, dialect);
  const footprints = [...planned.prepared.writes, ...current.prepared.writes].map(
    ({ write }) => write.footprint,
  );
  const from = isDestroyed(now) ? good.file : now.file;
  return inverseWrite({ dialect, before: base, written: ours, now: from, footprints });
}

async function rolledBack(
  run: LiveRun,
  transaction: Transaction,
  cause: ApplyFailure,
  { fidelity, memoryOnly, evidence: more }: Returned,
): Promise<Outcome> {
  const { journal, planned, backup } = transaction;
  const { target } = run.context;
  const { code, reason, evidence, path } = cause;
  const all = [...evidence, ...more, ...evidenceOfForeign(run, transaction)];
  await endTransaction(run, journal, {
    outcome: 'rolled-back',
    evidence: all,
    problems: [`${code}: ${reason}`],
    ...remembered(run, transaction, cause),
  });
  reached(run, 'rolled-back');
  const found = problem(code, reason, { target: target.name, path });
  const { plan } = planned.prepared;
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

/** The journal stays open: the next run checks whether a person has fixed the gateway. */
async function rollbackFailed(
  run: LiveRun,
  transaction: Transaction,
  cause: ApplyFailure,
  ended: NotRestored,
): Promise<Outcome> {
  const { journal, planned, backup, foreign } = transaction;
  const { target } = run.context;
  const evidence = [...cause.evidence, ...ended.evidence, ...evidenceOfForeign(run, transaction)];
  const reason = `${cause.reason}; then: ${ended.reason}`;
  await endTransaction(run, journal, {
    outcome: 'rollback-failed',
    evidence,
    problems: [reason],
    unresolved: true,
    ...remembered(run, transaction, cause),
  });
  const remedy = foreign.length > 0 ? besideOthers(run, backup.id, journal) : byHand(run, backup.id);
  const found = problem('HF5020', reason, { target: target.name, remedy: remedy.join(' ') });
  const { plan } = planned.prepared;
  return conclude(run, { kind: 'rollback-failed', plan, backup: backup.id, reason, remedy, evidence }, [
    found,
  ]);
}
