// One queue of work per target, several targets at once. Level-triggered: a trigger only means "check this target",
// so any number of triggers during a check cause one more check. Requested work waits in the same queue, and
// precedes the checks of other targets.
//
// A slow or dead gateway delays no other: targets that couldn't be reached wait in a lane of their own, and work that
// takes long gives its place to the next target. What that costs in memory and CPU is bounded elsewhere (work-slots.ts).
import PQueue from 'p-queue';
import type { Trigger } from '../../domain/state/check-record.ts';
import { offsetOf } from './spread.ts';

/** The most specific of several triggers is kept. */
const TELLING: readonly Trigger[] = ['start', 'settings', 'files', 'source', 'asked', 'schedule', 'retry'];

export interface WorkQueue {
  look(target: string, trigger: Trigger): void;
  /**
   * A tick of the schedule: checks these targets, spread over the time until the next tick as far as they need it. If
   * there are several replicas, one of them acts on it. `sinceMs`: from the tick before.
   */
  tick(targets: readonly string[], everyMs: number, sinceMs?: number): void;
  /** ms from a tick to the check of this target: as the last tick spread them, 0 before the first one. */
  offset(target: string): number;
  /** Other work on one target, exclusively. Resolves and rejects as `job` does. */
  run<T>(target: string, job: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
  /** Drops waiting checks. Running work continues. */
  clear(): void;
}

/** Calls `act` after so many ms; the result cancels that. */
type Wait = (ms: number, act: () => void) => () => void;

export interface WorkQueueOptions {
  /** Targets at the same time. */
  readonly atOnce?: number;
  /** The same for targets that couldn't be reached last time. */
  readonly unreachableAtOnce?: number;
  readonly isUnreachable?: (target: string) => boolean;
  readonly wait?: Wait;
}

/** ms after which work no longer counts as one of those at once: a check of a gateway that responds takes less. */
const LONG_MS = 5000;
/** How much work can be beyond that. A check of a gateway that hangs takes a minute. */
const MOST_LONG = 128;

/** What `work` rejects with goes to `failed`. */
export function createWorkQueue(
  work: (target: string, trigger: Trigger) => Promise<void>,
  failed: (error: unknown, target: string) => void,
  { atOnce = 32, unreachableAtOnce = 16, isUnreachable = () => false, wait = timer }: WorkQueueOptions = {},
): WorkQueue {
  const places = placesOf(wait);
  const reachable = new PQueue({ concurrency: atOnce });
  const unreachable = new PQueue({ concurrency: unreachableAtOnce });
  const lanes = new Map<string, PQueue>();
  const waiting = new Map<string, Trigger>();
  const spread = new Map<string, () => void>();
  const offsets = new Map<string, number>();

  const laneOf = (target: string): PQueue => {
    const lane = lanes.get(target) ?? new PQueue({ concurrency: 1 });
    lanes.set(target, lane);
    return lane;
  };
  const alone = <T>(target: string, priority: number, job: () => Promise<T>): Promise<T> =>
    laneOf(target).add(() => places.within(isUnreachable(target) ? unreachable : reachable, priority, job), {
      priority,
    });
  const look = (target: string, trigger: Trigger): void => {
    const before = waiting.get(target);
    waiting.set(target, before === undefined ? trigger : mostTelling([before, trigger]));
    if (before !== undefined) return;
    void alone(target, trigger === 'asked' ? 1 : 0, async () => {
      const why = waiting.get(target);
      if (!waiting.delete(target) || why === undefined) return;
      await work(target, why).catch((error: unknown) => failed(error, target));
    });
  };

  return {
    look,
    tick(targets, everyMs) {
      offsets.clear();
      for (const target of targets) {
        const offset = offsetOf(target, targets.length, everyMs);
        offsets.set(target, offset);
        spread.get(target)?.();
        const begin = (): void => {
          spread.delete(target);
          look(target, 'schedule');
        };
        spread.set(target, wait(offset, begin));
      }
    },
    offset: (target) => offsets.get(target) ?? 0,
    run: (target, job) => alone(target, 1, job),
    async idle() {
      await Promise.all([...lanes.values()].map((lane) => lane.onIdle()));
    },
    clear() {
      waiting.clear();
      for (const cancel of spread.values()) cancel();
      spread.clear();
    },
  };
}

interface Places {
  /** Begins `job` when there is a place in the queue, and leaves that place when it ends or takes long. */
  within<T>(queue: PQueue, priority: number, job: () => Promise<T>): Promise<T>;
}

function placesOf(wait: Wait): Places {
  let long = 0;
  const left = (running: Promise<unknown>): Promise<void> =>
    new Promise((leave) => {
      let isLong = false;
      const cancel = wait(LONG_MS, () => {
        if (long >= MOST_LONG) return;
        long += 1;
        isLong = true;
        leave();
      });
      const ended = (): void => {
        cancel();
        if (isLong) long -= 1;
        leave();
      };
      running.then(ended, ended);
    });
  return {
    within: <T>(queue: PQueue, priority: number, job: () => Promise<T>): Promise<T> =>
      new Promise((resolve, reject) => {
        const begin = (): Promise<void> => {
          const running = job();
          running.then(resolve, reject);
          return left(running);
        };
        void queue.add(begin, { priority });
      }),
  };
}

/** Of at least one. */
export function mostTelling(triggers: readonly Trigger[]): Trigger {
  return TELLING.find((one) => triggers.includes(one)) ?? 'schedule';
}

const timer: Wait = (ms, act) => {
  const pending = setTimeout(act, ms);
  return () => clearTimeout(pending);
};
