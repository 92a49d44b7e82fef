// One line of work a target, several targets at once. Level-triggered: a trigger only says "look at this target", so
// however many come while one waits or works, one more look answers them all.
import PQueue from 'p-queue';

/** Why a target is looked at; the most telling of several is kept. */
export type Trigger = 'start' | 'settings' | 'files' | 'schedule' | 'retry';

const TELLING: readonly Trigger[] = ['start', 'settings', 'files', 'schedule', 'retry'];

export interface Line {
  look(target: string, trigger: Trigger): void;
  /** Resolves when nothing waits and nothing works. */
  idle(): Promise<void>;
  /** Drops what waits. What works goes on. */
  clear(): void;
}

/** At most `targetsAtOnce` targets are worked on at the same time. What `work` rejects with goes to `failed`. */
export function createLine(
  work: (target: string, trigger: Trigger) => Promise<void>,
  failed: (error: unknown, target: string) => void,
  targetsAtOnce = 8,
): Line {
  const queue = new PQueue({ concurrency: targetsAtOnce });
  const waiting = new Map<string, Trigger>();
  const working = new Set<string>();

  const enqueue = (target: string): void => {
    void queue.add(async () => {
      const trigger = waiting.get(target);
      if (trigger === undefined) return;
      waiting.delete(target);
      working.add(target);
      await work(target, trigger).catch((error: unknown) => failed(error, target));
      working.delete(target);
      if (waiting.has(target)) enqueue(target);
    });
  };

  return {
    look(target, trigger) {
      const before = waiting.get(target);
      waiting.set(target, before === undefined ? trigger : mostTelling(before, trigger));
      if (before === undefined && !working.has(target)) enqueue(target);
    },
    idle: () => queue.onIdle(),
    clear() {
      waiting.clear();
    },
  };
}

function mostTelling(a: Trigger, b: Trigger): Trigger {
  return TELLING.indexOf(a) <= TELLING.indexOf(b) ? a : b;
}
