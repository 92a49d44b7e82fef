// The queue of a daemon with replicas: requests to check a target go to the database, and whichever replica is free takes
// them. Work that someone requested stays with the replica that was asked. The lease of the target keeps them apart.
import type { Clock } from '../../domain/clock.ts';
import type { Trigger } from '../../domain/state/check-record.ts';
import { type Replicas, UnknownTarget } from '../../state/replicas.ts';
import { createWorkQueue, mostTelling, type WorkQueue } from '../core/work-queue.ts';

export interface ReplicaQueueOptions {
  readonly replicas: Pick<Replicas, 'request' | 'claimTick'>;
  readonly clock: Clock;
  /** The daemon stops. */
  readonly signal: AbortSignal;
  /** Whether the settings of this replica have the target. */
  readonly knows: (target: string) => boolean;
  readonly work: (target: string, trigger: Trigger) => Promise<void>;
  readonly failed: (error: unknown, target?: string) => void;
  readonly isUnreachable: (target: string) => boolean;
}

export interface ReplicaQueue extends WorkQueue {
  /** A check that this replica took. */
  check(target: string, triggers: readonly Trigger[]): Promise<void>;
}

/** ms before requests are sent again to a database that couldn't be used. */
const AGAIN_MS = 5000;

export function createReplicaQueue(options: ReplicaQueueOptions): ReplicaQueue {
  const { replicas, clock, signal, knows, work, failed, isUnreachable } = options;
  const local = createWorkQueue(work, failed, { isUnreachable });
  /** Not in the database yet. */
  const unsent = new Map<string, Trigger>();
  let sending: Promise<void> | undefined;
  const over = new AbortController();

  const send = async (): Promise<void> => {
    await Promise.resolve(); // requests at the same time are one statement
    while (unsent.size > 0 && !over.signal.aborted) {
      const batch = [...unsent].map(([target, trigger]) => ({ target, trigger }));
      unsent.clear();
      try {
        await replicas.request(batch);
      } catch {
        // The replicas report that the database can't be used.
        for (const { target, trigger } of batch) add(target, trigger);
        await clock.sleep(AGAIN_MS, signal).catch(() => undefined);
      }
    }
    sending = undefined;
  };
  const add = (target: string, trigger: Trigger): void => {
    const before = unsent.get(target);
    unsent.set(target, before === undefined ? trigger : mostTelling([before, trigger]));
  };
  const look = (target: string, trigger: Trigger): void => {
    add(target, trigger);
    sending ??= send();
  };
  return {
    look,
    tick(targets, everyMs, sinceMs = Infinity) {
      const claimed = async (): Promise<void> => {
        // The ticks of a schedule can be minutes apart in the morning and a day apart in the evening.
        if (!(await replicas.claimTick(Math.min(everyMs, sinceMs)))) return;
        for (const target of targets) look(target, 'schedule');
      };
      // Without the database there is no check, and the replicas report that.
      claimed().catch(() => undefined);
    },
    // A free replica takes the next one, so nobody knows when.
    offset: () => 0,
    run: local.run,
    async check(target, triggers) {
      if (over.signal.aborted) throw new Error('the daemon stops'); // another replica takes it
      if (!knows(target)) throw new UnknownTarget(target);
      const trigger = mostTelling(triggers);
      await local.run(target, () => work(target, trigger).catch((error: unknown) => failed(error, target)));
    },
    idle: () => local.idle(),
    clear() {
      over.abort();
      unsent.clear();
    },
  };
}
