// The transaction (design §10), as a list of steps. Each step is a file of `steps/`.
import type { Outcome } from '../domain/outcome/outcome.ts';
import { fail, HoldfastError } from '../domain/problem/problem.ts';
import { locateChange } from '../plan/localise/locate-change.ts';
import { takeBackup } from './record/backup.ts';
import { expectationOf, takeBaseline } from './steps/behaviour.ts';
import { commit } from './record/commit.ts';
import { quietPeriod } from './steps/quiet-period.ts';
import { contentIn } from './run/compare.ts';
import { abandon } from './record/end.ts';
import { noteSending, openJournal } from './record/journal.ts';
import type { DeepLive, RawFile } from './run/read.ts';
import { attempted } from './run/recording.ts';
import { repairStaleMemory } from './steps/repair.ts';
import { rollBack } from './rollback/roll-back.ts';
import { preferDeclaredKey } from './steps/key-rotation.ts';
import { interrupted, type LiveRun } from './run/run.ts';
import { type ApplyFailure, applyFailure } from './run/apply-failure.ts';
import { judgeMeanwhile, type Last, type ReadAgain } from './steps/meanwhile.ts';
import { settle } from './steps/settle.ts';
import type { Transaction } from './types/transaction.ts';
import { judgeSettled, type Settlement, verify } from './steps/verify.ts';
import { sendWrite, type Unsent } from './steps/write.ts';
import type { PlannedTarget } from './types/planned-target.ts';
import type { Verified } from './types/verified.ts';

/** Sends the writes of a plan that passes its guards. `approved`: someone approved exactly this plan. */
export async function transact(
  run: LiveRun,
  planned: PlannedTarget<DeepLive>,
  { approved = false }: { readonly approved?: boolean } = {},
): Promise<Outcome> {
  const transaction = await open(run, planned, approved);
  // Nothing was sent yet: a change by others takes precedence, and the journal is closed without an entry.
  const raw = await quietPeriod(run, planned.live).catch((error: unknown) => abandon(run, error));
  const done = await attempt(run, transaction, raw).catch(unreadable);
  if (done.kind === 'unsent') return abandon(run, done.error);
  if (done.kind === 'apply-failure') return rollBack(run, transaction, done);
  return commit(run, transaction, done);
}

async function open(run: LiveRun, planned: PlannedTarget<DeepLive>, approved: boolean): Promise<Transaction> {
  const { dialect } = run;
  const before = contentIn(planned.live.file, dialect);
  const after = planned.prepared.prediction?.file.open() ?? before;
  const expectation = expectationOf(before, after);
  const baseline = await takeBaseline(run, expectation);
  const backup = await takeBackup(run, planned.live, 'before-apply');
  const journal = await openJournal(run, planned, backup);
  return {
    planned,
    baseline,
    expectation,
    backup,
    journal,
    wroteFile: false,
    approved,
    current: planned,
    base: before,
    ours: before,
    oursInMemory: planned.live.memory,
    good: planned.live,
    foreign: [],
    remakes: 0,
  };
}

/** The gateway can't be read after a write, so its state is unknown. */
function unreadable(error: unknown): ApplyFailure {
  if (!(error instanceof HoldfastError)) throw error;
  return applyFailure(
    'HF5011',
    `the gateway couldn't be read after the write: ${error.problems[0]?.message}`,
  );
}

/** Every write with its settle window, then the verification. */
async function attempt(
  run: LiveRun,
  transaction: Transaction,
  raw: RawFile,
): Promise<Verified | ApplyFailure | Unsent> {
  let last: Last | undefined;
  for (let next = 0; ;) {
    if (interrupted(run)) return stoppedBefore(run, transaction);
    const done = await writeNext(run, transaction, next, last ?? raw);
    if (done.kind === 'apply-failure' || done.kind === 'unsent') return done;
    const { kind, settled } = done;
    last = { settled, isRebased: kind === 'rebased' };
    next = kind === 'rebased' ? 0 : kind === 'written' ? next + 1 : next;
    if (transaction.current.prepared.writes.length <= next) return verify(run, transaction, settled);
  }
}

/** `last`: the reading that the write follows on, or the raw file directly before the first one. */
async function writeNext(
  run: LiveRun,
  transaction: Transaction,
  index: number,
  last: Last | RawFile,
): Promise<Done | ReadAgain> {
  const prepared = transaction.current.prepared.writes[index];
  if (!prepared) throw new Error(`there is no write ${index}`);
  if ('text' in last) return writeOne(run, transaction, index, last.text);
  const meanwhile = await judgeMeanwhile(run, transaction, prepared, last);
  return meanwhile ?? writeOne(run, transaction, index, last.settled.live.file.text);
}

/** A signal came: no further write is sent. */
function stoppedBefore({ context }: LiveRun, { journal }: Transaction): ApplyFailure | Unsent {
  if (journal.sent > 0) return applyFailure('HF5007', 'stopped between two writes', { blameless: true });
  const reason = 'stopped by a signal before anything was written';
  return { kind: 'unsent', reason, error: fail('HF5007', reason, { target: context.target.name }) };
}

type Done = Settlement | Unsent;

async function writeOne(
  run: LiveRun,
  transaction: Transaction,
  index: number,
  file: RawFile['text'],
): Promise<Done> {
  const prepared = transaction.current.prepared.writes[index];
  if (!prepared) throw new Error(`there is no write ${index}`);
  const isFirst = transaction.journal.sent === 0;
  const unnoted = await attempted(async () => {
    transaction.journal = await noteSending(run, transaction.journal);
  });
  if (unnoted) return { kind: 'unsent', reason: unnoted.message, error: unnoted };
  transaction.wroteFile ||= prepared.write.path.endsWith('/config.yaml');
  transaction.ours = prepared.prediction.file.open();
  transaction.oursInMemory = prepared.prediction.memory;
  const sent = await sendWrite(run, prepared, file);
  if (sent.kind === 'unsent' && isFirst) return sent;
  if (sent.kind === 'refused' || sent.kind === 'unsent') {
    const { changes } = transaction.planned.prepared.plan;
    const made = changes.filter(({ id }) => prepared.write.makes.includes(id));
    const place = sent.kind === 'refused' ? locateChange(sent.reason, made) : '';
    // The reading before was as expected, so what kept this write from being sent isn't the revision.
    const blameless = sent.kind === 'unsent';
    const reason = `${prepared.write.method} ${prepared.write.path}: ${sent.reason}${place}`;
    return applyFailure('HF5010', reason, { blameless });
  }
  preferDeclaredKey(run, transaction.planned);
  const settled = await settle(run, prepared.prediction);
  if (settled.standing === 'as-predicted') return { kind: 'written', settled };
  if (sent.kind === 'unknown')
    return applyFailure('HF5011', `${prepared.write.method} ${prepared.write.path}: ${sent.reason}`);
  if (settled.standing === 'file-only') return repairStaleMemory(run, transaction, index, settled);
  return judgeSettled(run, transaction, index, settled);
}
