// Time that stands still while anything runs and jumps to the next timer when everything waits. A test on it takes no
// real time and does not depend on how busy the machine is.
//
// Time moves only while somebody sleeps or an answer is delayed, and never beyond the first of those to wake. It does
// not move while an exchange with a sandbox on this clock is under way (both HTTP clients of Node report theirs), while a
// file operation is pending, while a process that started later than the clock runs (git, not the browser of the tests), or
// before the event loop has had several turns with nothing of the kind.
import { subscribe } from 'node:diagnostics_channel';
import type { ClientRequest } from 'node:http';
import type { SandboxClock } from '../../src/sandbox/gateway/clock.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/start.ts';

interface Timer {
  readonly at: number;
  readonly act: () => void;
  /** Whether time may move because of it. */
  readonly awaited: boolean;
}

export interface VirtualClock extends SandboxClock {
  /** Milliseconds since the start. */
  elapsed(): number;
  /** Time stops while a request to this sandbox is in progress. */
  serve(sandbox: Sandbox): void;
}

/** Turns of the event loop that must pass with nothing under way: an answer that has come is taken up in fewer. */
const CALM_TURNS = 8;

export function virtualClock(start: number = Date.now()): VirtualClock {
  let now = start;
  let delayed = 0;
  let moving = false;
  const sandboxes: Sandbox[] = [];
  const earlier = processes();
  const timers = new Set<Timer>();

  const move = async (): Promise<void> => {
    if (moving) return;
    moving = true;
    for (;;) {
      await calm(() => exchangesWith(sandboxes) > delayed, earlier);
      const next = earliest(timers);
      if (!next || ![...timers].some(({ awaited }) => awaited)) break;
      timers.delete(next);
      now = Math.max(now, next.at);
      next.act();
    }
    moving = false;
  };
  const add = (ms: number, act: () => void, awaited: boolean): (() => void) => {
    const timer = { at: now + Math.max(0, ms), act, awaited };
    timers.add(timer);
    if (awaited) void move();
    return () => void timers.delete(timer);
  };

  return {
    now: () => now,
    elapsed: () => now - start,
    serve: (sandbox) => void sandboxes.push(sandbox),
    sleep: (ms, signal) =>
      new Promise((wake, reject) => {
        if (signal?.aborted) return reject(signal.reason as Error);
        const abort = (): void => {
          cancel();
          reject(signal?.reason as Error);
        };
        const cancel = add(
          ms,
          () => {
            signal?.removeEventListener('abort', abort);
            wake();
          },
          true,
        );
        signal?.addEventListener('abort', abort, { once: true });
      }),
    delay: async (ms) => {
      delayed += 1;
      await new Promise<void>((wake) => add(ms, wake, true));
      delayed -= 1;
    },
    setTimer: (ms, act) => add(ms, act, false),
  };
}

/** Of several due at once, the one that was set first. */
function earliest(timers: ReadonlySet<Timer>): Timer | undefined {
  let first: Timer | undefined;
  for (const timer of timers) if (!first || timer.at < first.at) first = timer;
  return first;
}

async function calm(exchanging: () => boolean, earlier: number): Promise<void> {
  for (let turns = 0; turns < CALM_TURNS;) {
    await new Promise((turn) => setImmediate(turn));
    turns = exchanging() || isWorking(earlier) ? 0 : turns + 1;
  }
}

/** Whether a file operation is pending, or more processes run than those of `earlier`. */
function isWorking(earlier: number): boolean {
  let running = 0;
  for (const name of process.getActiveResourcesInfo()) {
    if (name.startsWith('FSReq')) return true;
    if (name === 'ProcessWrap') running += 1;
  }
  return running > earlier;
}

const processes = (): number =>
  process.getActiveResourcesInfo().filter((name) => name === 'ProcessWrap').length;

/** The requests under way and the ports that they are for. */
const exchanges = new Map<unknown, number>();

function exchangesWith(sandboxes: readonly Sandbox[]): number {
  let count = 0;
  for (const port of exchanges.values()) if (sandboxes.some((one) => one.port === port)) count += 1;
  return count;
}

/** As both clients publish it: undici's own request, or that of `node:http`. */
type Published = { readonly request: ClientRequest | { readonly origin: string | URL } };

const starts = (message: unknown): void => {
  const { request } = message as Published;
  const origin = 'origin' in request ? request.origin : `http://${String(request.getHeader('host'))}`;
  exchanges.set(request, Number(new URL(origin).port));
};
const ends = (message: unknown): void => void exchanges.delete((message as Published).request);

for (const channel of ['undici:request:create', 'http.client.request.start']) subscribe(channel, starts);
for (const channel of [
  'undici:request:trailers',
  'undici:request:error',
  'http.client.response.finish',
  'http.client.request.error',
])
  subscribe(channel, ends);

/** A sandbox on a virtual clock. */
export async function virtualSandbox(
  options: SandboxOptions,
  clock: VirtualClock = virtualClock(),
): Promise<{ readonly sandbox: Sandbox; readonly clock: VirtualClock }> {
  const sandbox = await startSandbox({ ...options, clock });
  clock.serve(sandbox);
  return { sandbox, clock };
}
