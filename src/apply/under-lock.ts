// The frame around every piece of work: take the lock, connect, do it, let go, remember how it ended.
import type { Outcome } from '../nouns/outcome.ts';
import { withTarget } from '../state/with-target.ts';
import type { Context } from './context.ts';
import { conclude, outcomeOf, stopped } from './outcome.ts';
import { type Run, reached, startRun, step } from './run.ts';

interface Frame {
  /** What is done, for the one who has to wait: `apply`, `drift check`. */
  readonly purpose: string;
  readonly waitMs?: number | undefined;
}

/** Runs `work` alone on the target. Nothing it rejects with leaves as an exception but faults of ours and crashes. */
export async function underLock(
  context: Context,
  frame: Frame,
  work: (run: Run) => Promise<Outcome>,
): Promise<Outcome> {
  const startedAt = context.clock.now();
  const { target, store } = context;
  const options = {
    target: target.name,
    owner: `${context.owner} (${frame.purpose})`,
    ...(frame.waitMs !== undefined && { waitMs: frame.waitMs }),
  };
  try {
    return await withTarget(store, options, async (lease) => {
      const client = context.connect(lease);
      try {
        const run = startRun(context, client, await store.read(target.name), startedAt);
        step(run, 'lock');
        reached(run, 'locked');
        return await finished(run, work);
      } finally {
        await client.close();
      }
    });
  } catch (error) {
    const { particulars, problems } = stopped(error);
    return announced(context, outcomeOf(context, undefined, startedAt, particulars, problems));
  }
}

async function finished(run: Run, work: (run: Run) => Promise<Outcome>): Promise<Outcome> {
  const outcome = await work(run).catch((error: unknown) => {
    const { particulars, problems } = stopped(error);
    return conclude(run, particulars, problems);
  });
  return announced(run.context, outcome);
}

function announced(context: Context, outcome: Outcome): Outcome {
  context.listener({ kind: 'finished', target: context.target.name, outcome });
  return outcome;
}
