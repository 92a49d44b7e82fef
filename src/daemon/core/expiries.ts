// Checks at the times at which client keys expire: nothing else happens then that would cause one.
import type { Clock } from '../../domain/clock.ts';
import type { Target } from '../../domain/target.ts';

export interface Expiries {
  /** From now on waits for what these targets have, and for nothing else. */
  follow(targets: readonly Target[]): void;
}

/** A timer of Node is limited to 24 days. */
const LONGEST_WAIT = 86_400_000;

/** `look` is called when a key has expired, and never after `signal` aborted. */
export function createExpiries(clock: Clock, signal: AbortSignal, look: () => void): Expiries {
  let followed = new AbortController();

  const wait = async (times: readonly number[], replaced: AbortSignal): Promise<void> => {
    for (;;) {
      const now = clock.now();
      const next = Math.min(...times.filter((time) => time > now));
      if (next === Infinity) return;
      await clock.sleep(Math.min(next - now, LONGEST_WAIT), replaced);
      if (replaced.aborted) return;
      if (clock.now() >= next) look();
    }
  };

  return {
    follow(targets) {
      followed.abort();
      followed = new AbortController();
      const times = targets.flatMap(({ named = [] }) => named.flatMap(({ expires }) => expires ?? []));
      // Rejects only when it is aborted.
      void wait(times, AbortSignal.any([signal, followed.signal])).catch(() => {});
    },
  };
}
