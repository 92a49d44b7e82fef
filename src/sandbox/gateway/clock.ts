// Time as the sandbox uses it. Tests pass in one that moves only when everything waits.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Clock } from '../../domain/clock.ts';

export interface SandboxClock extends Clock {
  /** Delays a response by `ms` milliseconds. */
  delay(ms: number): Promise<void>;
  /** Calls `act` once, in `ms` milliseconds, unless the returned function is called before. */
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
