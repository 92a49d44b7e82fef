// Reads a target once, deep, under its lock, and does nothing else.
import type { Context } from '../run/context.ts';
import { type DeepLive, readDeep } from '../run/read.ts';
import { step } from '../run/run.ts';
import { withRun } from '../run/with-run.ts';

/** Rejects with a HoldfastError. */
export async function readOnce(context: Context, purpose: string): Promise<DeepLive> {
  return withRun(context, { purpose }, async (run) => {
    step(run, 'observe', 'deep');
    return (await readDeep(run, { keepFlat: false })).live;
  });
}
