// What a run measures about the pace of its gateway, for the settle windows of this run and the next ones.
import type { Clock } from '../../domain/clock.ts';
import type { Answer, Client, Request } from '../../gateway/client/client.ts';
import { type SteadyFile, steadyAfter } from '../../state/steady-file.ts';
import type { StatePatch, TargetState } from '../../state/store.ts';
import type { Context } from './context.ts';
import { afterLateReload, afterReload, type LateReload, withWrite } from './settle-window.ts';

/** Changes while the run continues. */
export interface Pace {
  /** ms of the last write responses, newest last. */
  writeMs: readonly number[];
  /** ms of the cheapest authenticated read so far; undefined until one was cheap enough to count. */
  authenticationMs: number | undefined;
  lateReload: LateReload | undefined;
  /** Of the last reading; undefined since the last write. */
  steadyFile: SteadyFile | undefined;
  /** When the last response to a write came, ms since the epoch. */
  wroteAt: number | undefined;
}

/** The part of a run that measures. */
interface Paced {
  readonly context: Context;
  /** The state when the lock was taken. */
  readonly state: TargetState;
  readonly pace: Pace;
}

/** A response up to this size costs the gateway little except its bcrypt. */
const CHEAP_BYTES = 64 * 1024;

export function paceOf({ writeMs = [], lateReload, steadyFile }: TargetState): Pace {
  return { writeMs, authenticationMs: undefined, lateReload, steadyFile, wroteAt: undefined };
}

/** A client that measures its responses. */
export function timed(client: Client, pace: Pace, clock: Clock): Client {
  return {
    ...client,
    target: client.target,
    async send(request: Request): Promise<Answer> {
      if (request.method === 'GET') return noteCost(pace, request, await client.send(request));
      const { steadyFile } = pace;
      // Before the request, because a broken connection doesn't show whether the gateway has it.
      pace.steadyFile = undefined;
      const answer = noteCost(pace, request, await client.send(request));
      pace.wroteAt = clock.now();
      if (isRefusal(answer)) pace.steadyFile = steadyFile;
      return answer;
    },
  };
}

/** The gateway has written nothing (C v0 §6.5). */
const isRefusal = ({ status }: Answer): boolean => status >= 400 && status < 500;

function noteCost(pace: Pace, { credential, method }: Request, answer: Answer): Answer {
  if (credential !== 'management') return answer;
  if (method !== 'GET') pace.writeMs = withWrite(pace.writeMs, answer.ms);
  else if (answer.body.open().length <= CHEAP_BYTES)
    pace.authenticationMs = Math.min(pace.authenticationMs ?? Infinity, answer.ms);
  return answer;
}

/** Notes which file a reading had. `sha256`: of its bytes, hex. `at`: ms since the epoch. */
export function noteFile({ context: { store, target }, pace }: Paced, sha256: string, at: number): void {
  pace.steadyFile = steadyAfter(store, pace.steadyFile, { url: target.url.href, sha256, at });
}

/** Notes whether the gateway showed the last write at the first look after the window, or later. */
export function noteReload({ context, pace }: Paced, look: 'first' | 'later'): void {
  const now = context.clock.now();
  const ms = now - (pace.wroteAt ?? now);
  pace.lateReload = look === 'first' ? afterReload(pace.lateReload) : afterLateReload(pace.lateReload, ms);
}

/** What was measured since the state was read; empty if there is nothing new. */
export function measured({ pace, state }: Paced): StatePatch {
  const { writeMs, lateReload, steadyFile } = pace;
  return {
    ...(writeMs.length > 0 && writeMs !== state.writeMs && { writeMs }),
    ...(lateReload !== state.lateReload && { lateReload }),
    ...(steadyFile !== state.steadyFile && { steadyFile }),
  };
}
