// Time as the sandbox uses it. Tests hand in one that moves only when everything waits.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.ts';

export interface SandboxClock extends Clock {
  /** Holds an answer back for `ms` milliseconds. */
  delay(ms: number): Promise<void>;
  /** Calls `act` once, in `ms` milliseconds, unless the function that it returns is called before. */
  setTimer(ms: number, act: () => void): () => void;
}

export const realClock: SandboxClock = {
  now: () => Date.now(),
  sleep: (ms, signal) => sleep(ms, undefined, signal ? { signal } : {}),
  delay: (ms) => sleep(ms),
  setTimer: (ms, act) => {
    const timer = setTimeout(act, ms).unref();
    return () => clearTimeout(timer);
  },
};
