// How many checks may use CPU and memory at the same time. A check holds a slot while it reads, parses and plans, and
// lets others have it while it waits for a gateway or for time to pass.
import PQueue from 'p-queue';
import type { Context } from '../../apply/run/context.ts';

/** Lets others work meanwhile. Resolves and rejects as `work` does, once the slot is back. */
export type Waiting = <T>(work: () => Promise<T>) => Promise<T>;

export interface WorkSlots {
  hold<T>(work: (waiting: Waiting) => Promise<T>): Promise<T>;
}

export function createWorkSlots(atOnce = 8): WorkSlots {
  const slots = new PQueue({ concurrency: atOnce });
  /** Resolves with what gives the slot back. What is in progress precedes what begins. */
  const acquire = (priority: number): Promise<() => void> =>
    new Promise((acquired) => {
      void slots.add(() => new Promise<void>((release) => acquired(release)), { priority });
    });
  return {
    async hold(work) {
      let held = acquire(0);
      let waits = 0;
      const release = (): void => void held.then((slot) => slot());
      const waiting: Waiting = async (wait) => {
        if (waits === 0) release();
        waits += 1;
        try {
          return await wait();
        } finally {
          waits -= 1;
          if (waits === 0) held = acquire(1);
          await held;
        }
      };
      await held;
      try {
        return await work(waiting);
      } finally {
        release();
      }
    },
  };
}

/** The same context, whose requests and pauses let others work. */
export function yielding(context: Context, waiting: Waiting): Context {
  const { clock, connect } = context;
  return {
    ...context,
    clock: { now: () => clock.now(), sleep: (ms, signal) => waiting(() => clock.sleep(ms, signal)) },
    connect: (lease) => {
      const client = connect(lease);
      return { ...client, send: (request) => waiting(() => client.send(request)) };
    },
  };
}
