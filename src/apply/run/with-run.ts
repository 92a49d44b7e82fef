// The frame around every piece of work on one target: take the lock, connect, work, disconnect, let go of the lock.
import type { Client } from '../../gateway/client/client.ts';
import { withTarget, type WithTargetOptions } from '../../state/with-target.ts';
import type { Context } from './context.ts';
import { type Run, startRun } from './run.ts';

/** Runs `work` alone on the target, connected to its gateway. Rejects with HF6001 where another keeps the lock. */
export async function withClient<T>(
  { store, connect, target }: Pick<Context, 'store' | 'connect' | 'target'>,
  lock: Omit<WithTargetOptions, 'target'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  return withTarget(store, { ...lock, target: target.name }, async (lease) => {
    const client = connect(lease);
    try {
      return await work(client);
    } finally {
      await client.close();
    }
  });
}

export interface RunOptions {
  /** What is done, for the one who has to wait: `apply`, `drift check`. */
  readonly purpose: string;
  /** ms to wait for the holder of the lock; the usual time where absent. */
  readonly waitMs?: number | undefined;
}

/** The same with the state of the target. Rejects with what `work` rejects with. */
export async function withRun<T>(
  context: Context,
  { purpose, waitMs = context.waitMs }: RunOptions,
  work: (run: Run) => Promise<T>,
): Promise<T> {
  const { store, target, clock } = context;
  const startedAt = clock.now();
  const owner = `${context.owner} (${purpose})`;
  const waiting = (holder: string, ms: number): void =>
    context.listener({
      kind: 'wait',
      target: target.name,
      ms,
      atMost: true,
      what: `the lock of ${holder}`,
    });
  return withClient(context, { owner, waiting, ...(waitMs !== undefined && { waitMs }) }, async (client) =>
    work(startRun(context, client, await store.read(target.name), startedAt)),
  );
}
