// When the remote is asked: at once and then every so often, a little irregularly, rarer while it fails, and at once when
// someone requests it. However many requests there are, there is one question under way and one that waits.
import type { Clock } from '../../domain/clock.ts';

export interface PollLoop {
  /** Asks as soon as no question is under way. */
  now(): void;
  /** Resolves when the first question was answered, after so many ms, or when `enough` aborts. */
  first(ms: number, enough: AbortSignal): Promise<void>;
  /** Resolves when nothing is under way any more, after the signal aborted. */
  readonly ended: Promise<void>;
}

export interface PollLoopOptions {
  readonly clock: Clock;
  readonly everyMs: number;
  /** ms between the beginnings of two questions. */
  readonly gapMs: number;
  readonly signal: AbortSignal;
}

/** `ask` tells whether all is well, and never rejects. */
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

/** Up to a tenth earlier or later, so that not everybody asks at the same moment. */
function pauseMs(everyMs: number, failures: number): number {
  const later = Math.max(everyMs, Math.min(everyMs * 2 ** Math.min(failures, 20), LONGEST_MS));
  return later * (0.9 + Math.random() * 0.2);
}

async function rest(clock: Clock, ms: number, signal: AbortSignal): Promise<void> {
  await clock.sleep(ms, signal).catch(() => undefined);
}
