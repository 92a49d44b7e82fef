// Automatic checks of a target after some outcomes: one pending check per target, with increasing delays while it
// fails.
import type { Clock } from '../../domain/clock.ts';
import { type Ending, isFailure, retryDelay } from './retry-policy.ts';

export interface Retries {
  /** Schedules the next check, and replaces an earlier one. */
  after(target: string, ending: Ending): void;
  /** Another replica checked the target: it is the one that checks it again. */
  elsewhere(target: string): void;
  /** Time of the pending check, in ms since the epoch. */
  nextAt(target: string): number | undefined;
}

/** `look` is called at that time, and never after `signal` aborted. */
export function createRetries(clock: Clock, signal: AbortSignal, look: (target: string) => void): Retries {
  const failures = new Map<string, number>();
  const pending = new Map<string, { readonly at: number; readonly replaced: AbortController }>();

  const wait = async (target: string, ms: number): Promise<void> => {
    const replaced = new AbortController();
    pending.set(target, { at: clock.now() + ms, replaced });
    try {
      await clock.sleep(ms, AbortSignal.any([signal, replaced.signal]));
    } catch {
      return;
    }
    if (signal.aborted || replaced.signal.aborted) return;
    pending.delete(target);
    look(target);
  };

  const drop = (target: string): void => {
    pending.get(target)?.replaced.abort();
    pending.delete(target);
  };

  return {
    elsewhere(target) {
      failures.delete(target);
      drop(target);
    },
    after(target, ending) {
      const inARow = isFailure(ending) ? (failures.get(target) ?? 0) + 1 : 0;
      failures.set(target, inARow);
      drop(target);
      const ms = retryDelay(ending, inARow);
      if (ms !== undefined) void wait(target, ms);
    },
    nextAt: (target) => pending.get(target)?.at,
  };
}
