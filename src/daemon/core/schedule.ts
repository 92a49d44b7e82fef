// The schedule of drift checks: a cron expression that can change while the daemon runs.
import { createTask, type ScheduledTask, validate } from 'node-cron';
import { fail } from '../../domain/problem/problem.ts';

export interface Schedule {
  /** From now on ticks by this expression. Throws HF7001 for an invalid one and keeps the old one. */
  follow(expression: string): void;
  /** The next tick, ms since the epoch. */
  nextAt(): number | undefined;
  /** The last tick, ms since the epoch. */
  lastAt(): number | undefined;
  stop(): void;
}

/** `tick` gets the ms until the next one, and the ms since the one before, Infinity for the first. */
export function createSchedule(
  tick: (everyMs: number, sinceMs: number) => void,
  now: () => number = Date.now,
): Schedule {
  let followed: string | undefined;
  let task: ScheduledTask | undefined;
  let [next, last] = [] as (number | undefined)[];
  const end = (): void => {
    void Promise.resolve(task?.destroy()).catch(() => {}); // a task that can't be stopped has no ticks either
    task = undefined;
  };
  return {
    follow(expression) {
      if (expression === followed) return;
      if (!validate(expression)) throw fail('HF7001', `"${expression}" isn't a cron expression`);
      end();
      followed = expression;
      next = undefined;
      const ticked = (): void => {
        const at = now();
        const since = last === undefined ? Infinity : at - last;
        last = at;
        tick(Math.max(0, (current.getNextRun()?.getTime() ?? at) - at), since);
      };
      const current = createTask(expression, ticked, { noOverlap: true });
      task = current;
      void Promise.resolve(task.start()).catch(() => {});
    },
    // Cached, because it is called for every target every second and computes with a calendar.
    nextAt() {
      if (next === undefined || next <= now()) next = task?.getNextRun()?.getTime();
      return next;
    },
    lastAt: () => last,
    stop: end,
  };
}
