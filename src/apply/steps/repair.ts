// Makes a gateway load what its file already contains, after a write that was stored during a reload and never
// loaded (C v0 §6.5). The only repair is a write that changes the bytes of the file (design-v8 rule 6).
import { problem } from '../../domain/problem/problem.ts';
import { repairWrite } from '../../plan/route/rollback/rollback-writes.ts';
import { differences, shownPaths } from '../run/compare.ts';
import { noteSending } from '../record/journal.ts';
import { notice, type LiveRun } from '../run/run.ts';
import { settle } from './settle.ts';
import type { Transaction } from '../types/transaction.ts';
import { judgeSettled, type Settlement } from './verify.ts';
import { sendWrite } from './write.ts';
import type { Settled } from '../types/settled.ts';

/** After write `index`, the file is as predicted and memory isn't. */
export async function repairStaleMemory(
  run: LiveRun,
  transaction: Transaction,
  index: number,
  stale: Settled,
): Promise<Settlement> {
  const { target } = run.context;
  const { dialect } = run;
  const prediction = transaction.current.prepared.writes[index]?.prediction;
  const repair = repairWrite(stale.live.file, dialect);
  if (!repair.ok || !prediction) return judgeSettled(run, transaction, index, stale);
  const paths = differences(stale.live.memory.open(), prediction.memory.open(), dialect.memoryCatalog);
  transaction.journal = await noteSending(run, transaction.journal);
  transaction.wroteFile = true;
  await sendWrite(run, repair.write, stale.live.file.text);
  const settled = await settle(run, {
    memory: prediction.memory,
    file: repair.write.prediction.file,
  });
  if (settled.standing !== 'as-predicted') return judgeSettled(run, transaction, index, settled);
  const message = `the gateway had stored ${shownPaths(paths)} without loading it, so Holdfast touched the file to make the gateway load it`;
  notice(run, problem('HF5015', message, { target: target.name, severity: 'warning' }));
  return { kind: 'written', settled };
}
