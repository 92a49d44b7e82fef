// Reads a target once, deep, under its lock, and does nothing else.
import { withTarget } from '../../state/with-target.ts';
import type { Context } from '../run/context.ts';
import { type DeepLive, readDeep } from '../run/read.ts';
import { startRun, step } from '../run/run.ts';

/** Rejects with a HoldfastError. */
export async function readOnce(context: Context, purpose: string): Promise<DeepLive> {
  const { store, target, clock } = context;
  return withTarget(store, { target: target.name, owner: `${context.owner} (${purpose})` }, async (lease) => {
    const client = context.connect(lease);
    try {
      const run = startRun(context, client, await store.read(target.name), clock.now());
      step(run, 'observe', 'deep');
      return await readDeep(run);
    } finally {
      await client.close();
    }
  });
}
