// One queue of work per target, several targets at once. Level-triggered: a trigger only means "check this target",
// so any number of triggers during a check cause one more check. Requested work waits in the same queue, and
// precedes the checks of other targets.
import PQueue from 'p-queue';
import type { Trigger } from '../../domain/state/check-record.ts';

/** The most specific of several triggers is kept. */
const TELLING: readonly Trigger[] = ['start', 'settings', 'files', 'source', 'asked', 'schedule', 'retry'];

export interface WorkQueue {
  look(target: string, trigger: Trigger): void;
  /** Other work on one target, exclusively. Resolves and rejects as `job` does. */
  run<T>(target: string, job: () => Promise<T>): Promise<T>;
  /** Resolves when nothing waits and nothing runs. */
  idle(): Promise<void>;
  /** Drops waiting checks. Running work continues. */
  clear(): void;
}

/** Works on at most `targetsAtOnce` targets at the same time. What `work` rejects with goes to `failed`. */
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
