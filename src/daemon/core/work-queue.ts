// One line of work a target, several targets at once. Level-triggered: a trigger only says "look at this target", so
// however many come while one waits or works, one more look answers them all. What people ask for stands in the same
// line, and goes before the looks of other targets.
import PQueue from 'p-queue';
import type { Trigger } from '../../domain/state/check-record.ts';

/** The most telling of several triggers is kept. */
const TELLING: readonly Trigger[] = ['start', 'settings', 'files', 'source', 'asked', 'schedule', 'retry'];

export interface WorkQueue {
  look(target: string, trigger: Trigger): void;
  /** Work of its own on one target, alone on it. Resolves and rejects as `job` does. */
  run<T>(target: string, job: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits and nothing works. */
  idle(): Promise<void>;
  /** Drops the looks that wait. What works goes on. */
  clear(): void;
}

/** At most `targetsAtOnce` targets are worked on at the same time. What `work` rejects with goes to `failed`. */
export function createWorkQueue(
  work: (target: string, trigger: Trigger) => Promise<void>,
  failed: (error: unknown, target: string) => void,
  targetsAtOnce = 8,
): WorkQueue {
  const all = new PQueue({ concurrency: targetsAtOnce });
  const lanes = new Map<string, PQueue>();
  const waiting = new Map<string, Trigger>();

  const laneOf = (target: string): PQueue => {
    const lane = lanes.get(target) ?? new PQueue({ concurrency: 1 });
    lanes.set(target, lane);
    return lane;
  };
  const alone = <T>(target: string, priority: number, job: () => Promise<T>): Promise<T> =>
    laneOf(target).add(() => all.add(job, { priority }), { priority });

  return {
    look(target, trigger) {
      const before = waiting.get(target);
      waiting.set(target, before === undefined ? trigger : mostTelling(before, trigger));
      if (before !== undefined) return;
      void alone(target, trigger === 'asked' ? 1 : 0, async () => {
        const why = waiting.get(target);
        if (!waiting.delete(target) || why === undefined) return;
        await work(target, why).catch((error: unknown) => failed(error, target));
      });
    },
    run: (target, job) => alone(target, 1, job),
    async idle() {
      await Promise.all([...lanes.values()].map((lane) => lane.onIdle()));
    },
    clear() {
      waiting.clear();
    },
  };
}

function mostTelling(a: Trigger, b: Trigger): Trigger {
  return TELLING.indexOf(a) <= TELLING.indexOf(b) ? a : b;
}
