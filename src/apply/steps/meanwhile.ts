// Between two writes of a transaction: a plan that was computed again takes time, and a whole file overwrites what others
// wrote since it was read. So the raw file is read again directly before such a write.
import type { PreparedWrite } from '../../domain/plan/write.ts';
import { seal } from '../../domain/secret.ts';
import { readRaw } from '../run/read.ts';
import type { ApplyFailure } from '../run/apply-failure.ts';
import type { LiveRun } from '../run/run.ts';
import type { Settled } from '../types/settled.ts';
import type { Transaction } from '../types/transaction.ts';
import { judgeFile } from './foreign-edits.ts';
import type { Rebased } from './reconsider.ts';
import { settle } from './settle.ts';
import { besideForeign } from './verify.ts';

/** Nothing of the configuration changed, only its text: the same write follows. */
export interface ReadAgain {
  readonly kind: 'read-again';
  readonly settled: Settled;
}

/** The reading before a write, and whether it led to a plan that was computed again. */
export interface Last {
  readonly settled: Settled;
  readonly isRebased: boolean;
}

/** Undefined: nobody wrote since the last reading, or the write can't overwrite what they wrote. */
export async function judgeMeanwhile(
  run: LiveRun,
  transaction: Transaction,
  { contentType }: PreparedWrite,
  { settled: before, isRebased }: Last,
): Promise<ReadAgain | Rebased | ApplyFailure | undefined> {
  if (!isRebased && contentType !== 'application/yaml') return undefined;
  const raw = await readRaw(run, 'settle');
  if (raw.hash === before.live.file.hash) return undefined;
  const settled = await settle(run, { file: seal(before.content), memory: before.live.memory });
  const found = judgeFile(run, transaction.base, transaction.ours, settled.live);
  if (found.foreign.length === 0) return { kind: 'read-again', settled };
  return besideForeign(run, transaction, settled, found);
}
