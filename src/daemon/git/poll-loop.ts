// When to fetch: immediately, then regularly with some jitter, less often while it fails, and immediately on
// request. Any number of requests cause one running fetch and one that waits.
import type { Clock } from '../../domain/clock.ts';

export interface PollLoop {
  /** Fetches as soon as no other fetch is running. */
  now(): void;
  /** Resolves after the first fetch, after this number of ms, or when `enough` aborts. */
  first(ms: number, enough: AbortSignal): Promise<void>;
  /** Resolves when no fetch is running any more, after the signal aborted. */
  readonly ended: Promise<void>;
}

export interface PollLoopOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** ms between the starts of two fetches. */
  readonly gapMs: number;
  readonly signal: AbortSignal;
}

/** `ask` returns whether it succeeded, and never rejects. */
export function createPollLoop(ask: () => Promise<boolean>, options: PollLoopOptions): PollLoop {
  const { clock, gapMs, signal } = options;
  let isWanted = true;
  let wake = new AbortController();
  let answered = (): void => {};
  const first = new Promise<void>((resolve) => {
    answered = resolve;
  });

  const run = async (): Promise<void> => {
    for (let failures = 0; !signal.aborted;) {
      isWanted = false;
      wake = new AbortController();
      failures = (await ask()) ? 0 : failures + 1;
      answered();
      await rest(clock, gapMs, signal);
      if (!isWanted)
        await rest(clock, pauseMs(options.everyMs, failures), AbortSignal.any([signal, wake.signal]));
    }
  };
  return {
    now() {
      isWanted = true;
      wake.abort();
    },
    async first(ms, enough) {
      const over = new AbortController();
      await Promise.race([first, rest(clock, ms, AbortSignal.any([signal, enough, over.signal]))]);
      over.abort();
    },
    ended: Promise.resolve().then(run),
  };
}

const LONGEST_MS = 15 * 60_000;

/** Up to a tenth earlier or later, so that many daemons don't fetch at the same moment. */
function pauseMs(everyMs: number, failures: number): number {
  const later = Math.max(everyMs, Math.min(everyMs * 2 ** Math.min(failures, 20), LONGEST_MS));
  return later * (0.9 + Math.random() * 0.2);
}

async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined);
}
