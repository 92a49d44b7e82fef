// The frame around every run on one target: take the lock, connect, work, disconnect, release the lock.
import { withTarget } from '../../state/with-target.ts';
import type { Context } from './context.ts';
import { type Run, startRun } from './run.ts';

export interface RunOptions {
  /** What the run does, for a process that has to wait: `apply`, `drift check`. */
  readonly purpose: string;
  /** ms to wait for the holder of the lock; the default if absent. */
  readonly waitMs?: number | undefined;
}

/**
 * Runs `work` exclusively on the target. Rejects with HF6001 if another process keeps the lock, and with what `work`
 * rejects with.
 */
export async function withRun<T>(
  context: Context,
  { purpose, waitMs }: RunOptions,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { store, target, clock } = context;
  const startedAt = clock.now();
  const owner = `${context.owner} (${purpose})`;
  const lock = { target: target.name, owner, ...(waitMs !== undefined && { waitMs }) };
  return withTarget(store, lock, async (lease) => {
    const client = context.connect(lease);
    try {
      return await work(startRun(context, client, await store.read(target.name), startedAt));
    } finally {
      await client.close();
    }
  });
}
