// Makes a gateway load what its file already says: a write that was stored during a reload and never loaded (C v0 §6.5).
// The only repair is a write that changes the file's bytes (design-v8 rule 6).
import { formatPath } from '../nouns/path.ts';
import { problem } from '../nouns/problem.ts';
import type { PreparedWrite } from '../nouns/write.ts';
import { repairWrite } from '../plan/route-back.ts';
import { differences, shownPaths } from './images.ts';
import { noteSending } from './journal.ts';
import { notice, type Run } from './run.ts';
import { type Setback, setback } from './setback.ts';
import { settle, type Settled } from './settle.ts';
import type { Transaction } from './transaction.ts';
import { sendWrite } from './write.ts';

type Repaired = { readonly kind: 'written'; readonly settled: Settled } | Setback;

/** The file stands as predicted, memory does not. */
export async function repairStaleMemory(
  run: Run,
  transaction: Transaction,
  stale: Settled,
  prepared: PreparedWrite,
): Promise<Repaired> {
  const { catalog, target } = run.context;
  const paths = differences(stale.live.memory.open(), prepared.prediction.memory.open(), catalog);
  const repair = repairWrite(stale.live.file, catalog);
  const where = shownPaths(paths);
  if (!repair.ok)
    return setback('HF5012', `memory does not hold ${where}, and the file cannot be touched to reload it`);
  transaction.journal = await noteSending(run, transaction.journal);
  transaction.wroteFile = true;
  const sent = await sendWrite(run, repair.write, stale.live.file.text);
  const settled = await settle(run, {
    memory: prepared.prediction.memory,
    file: repair.write.prediction.file,
  });
  if (settled.standing !== 'as-predicted')
    return setback('HF5012', `memory does not hold ${where}, even after a repair (${sent.kind})`);
  notice(
    run,
    problem(
      'HF5015',
      `the gateway had stored ${where} without loading it; the file was touched so that it did`,
      {
        target: target.name,
        severity: 'warning',
        ...(paths[0] && { path: formatPath(paths[0].slice(0, 1)) }),
      },
    ),
  );
  return { kind: 'written', settled };
}
