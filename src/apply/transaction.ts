// The transaction, as the design lists it (§10). It reads as a list of steps; each step is a file of this directory.
import type { Outcome } from '../nouns/outcome.ts';
import { HoldfastError } from '../nouns/problem.ts';
import { askedIn } from '../plan/asked-in.ts';
import { takeBackup } from './backup.ts';
import { expectationOf, takeBaseline } from './behaviour.ts';
import { commit } from './commit.ts';
import { quiet } from './fence.ts';
import { contentIn } from './images.ts';
import { closeJournal, noteSending, openJournal } from './journal.ts';
import type { DeepLive, RawFile } from './read.ts';
import { attempted } from './recording.ts';
import { repairStaleMemory } from './repair.ts';
import { rollBack } from './roll-back.ts';
import { preferDeclaredKey } from './rotation.ts';
import { interrupted, type Run } from './run.ts';
import { type Setback, setback } from './setback.ts';
import { settle } from './settle.ts';
import type { Prospect } from './survey.ts';
import type { Transaction } from './underway.ts';
import { judgeSettled, type Settlement, type Verified, verify } from './verify.ts';
import { type Sent, sendWrite } from './write.ts';

/** Makes the writes of a plan that passes its guards; `approved`: exactly this plan was approved by somebody. */
export async function transact(
  run: Run,
  prospect: Prospect<DeepLive>,
  { approved = false }: { readonly approved?: boolean } = {},
): Promise<Outcome> {
  const transaction = await open(run, prospect, approved);
  const raw = await fenced(run, transaction);
  const done = await attempt(run, transaction, raw).catch(unreadable);
  if (done.kind === 'unsent') return abandon(run, done.error);
  if (done.kind === 'setback') return rollBack(run, transaction, done);
  return commit(run, transaction, done);
}

async function open(run: Run, prospect: Prospect<DeepLive>, approved: boolean): Promise<Transaction> {
  const { catalog } = run.context;
  const before = contentIn(prospect.live.file, catalog);
  const after = prospect.prepared.prediction?.file.open() ?? before;
  const expectation = expectationOf(before, after);
  const baseline = await takeBaseline(run, expectation);
  const backup = await takeBackup(run, prospect.live, 'before-apply');
  const journal = await openJournal(run, prospect, backup);
  return {
    prospect,
    baseline,
    expectation,
    backup,
    journal,
    wroteFile: false,
    approved,
    current: prospect,
    base: before,
    ours: before,
    oursInMemory: prospect.live.memory,
    good: prospect.live,
    foreign: [],
    remakes: 0,
  };
}

/** Nothing was sent yet: whoever changed the file meanwhile wins, and the journal is closed as it was opened. */
async function fenced(run: Run, { prospect }: Transaction): Promise<RawFile> {
  try {
    return await quiet(run, prospect.live);
  } catch (error) {
    await closeJournal(run);
    throw error;
  }
}

/** Not even the first request arrived: there is nothing to roll back. */
async function abandon(run: Run, error: HoldfastError): Promise<never> {
  await closeJournal(run);
  throw error;
}

/** A gateway that cannot be read after a write: what it holds is unknown. */
function unreadable(error: unknown): Setback {
  if (!(error instanceof HoldfastError)) throw error;
  return setback('HF5011', `the gateway could not be read after the write: ${error.problems[0]?.message}`);
}

/** Every write with its settle window, then the proof. */
async function attempt(
  run: Run,
  transaction: Transaction,
  raw: RawFile,
): Promise<Verified | Setback | Unsent> {
  let file = raw.text;
  for (let next = 0; ;) {
    if (transaction.journal.sent > 0 && interrupted(run))
      return setback('HF5007', 'stopped between two writes', { blameless: true });
    const written = await writeOne(run, transaction, next, file);
    if (written.kind === 'setback' || written.kind === 'unsent') return written;
    const { settled } = written;
    file = settled.live.file.text;
    next = written.kind === 'rebased' ? 0 : next + 1;
    if (transaction.current.prepared.writes.length <= next) return verify(run, transaction, settled);
  }
}

type Unsent = Extract<Sent, { kind: 'unsent' }>;
type Done = Settlement | Unsent;

async function writeOne(
  run: Run,
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
    const { changes } = transaction.prospect.prepared.plan;
    const asked = changes.filter(({ id }) => prepared.write.makes.includes(id));
    const place = sent.kind === 'refused' ? askedIn(sent.reason, asked) : '';
    return setback('HF5010', `${prepared.write.method} ${prepared.write.path}: ${sent.reason}${place}`);
  }
  preferDeclaredKey(run, transaction.prospect);
  const settled = await settle(run, prepared.prediction);
  if (settled.standing === 'as-predicted') return { kind: 'written', settled };
  if (sent.kind === 'unknown')
    return setback('HF5011', `${prepared.write.method} ${prepared.write.path}: ${sent.reason}`);
  if (settled.standing === 'file-only') return repairStaleMemory(run, transaction, index, settled);
  return judgeSettled(run, transaction, index, settled);
}
