// Repairs stale memory after our own write.
import type { LiveRun } from '../run/run.ts';
import { loadAgain } from './load-again.ts';
import type { Transaction } from '../types/transaction.ts';
import { judgeSettled, type Settlement } from './verify.ts';
import type { Settled } from '../types/settled.ts';

/** After write `index`, the file is as predicted and memory isn't. */
export async function repairStaleMemory(
  run: LiveRun,
  transaction: Transaction,
  index: number,
  stale: Settled,
): Promise<Settlement> {
  const memory = transaction.current.prepared.writes[index]?.prediction.memory;
  const settled = await loadAgain(run, transaction, stale, memory);
  if (settled?.standing === 'as-predicted') return { kind: 'written', settled };
  return judgeSettled(run, transaction, index, settled ?? stale);
}
