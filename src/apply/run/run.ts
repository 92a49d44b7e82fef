// One run on one target under its lock: the connection, the state at the start, and what was noticed since. Turns
// whatever stops the work into an Outcome.
import type { Client } from '../../gateway/client/client.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import type { Step } from '../../domain/outcome/event.ts';
import { knownTexts } from '../../desired/read/origins.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { KnownTexts } from '../../domain/secret.ts';
import type { BisectionTry } from '../../domain/state/state.ts';
import type { Write } from '../../domain/plan/write.ts';
import type { TargetState } from '../../state/store.ts';
import type { Checkpoint, Context } from './context.ts';
import type { Unrecorded } from './recording.ts';
import { type Pace, paceOf, timed } from './pace.ts';
import { settleWindow } from './settle-window.ts';

export interface Run {
  readonly context: Context;
  readonly client: Client;
  /** The state when the lock was taken. */
  readonly state: TargetState;
  /** ms since the epoch. */
  readonly startedAt: number;
  readonly notices: Problem[];
  /** What couldn't be written to the state directory. */
  readonly unrecorded: Unrecorded[];
  readonly pace: Pace;
  /** It is a try of a bisection, so a quarantine of its revision doesn't stop it. */
  readonly trying?: BisectionTry;
}

/** A run that has read its gateway. From then on it reads, compares and writes in one dialect. */
export interface LiveRun extends Run {
  readonly dialect: Dialect;
  /** Whether a flat file of a v8 gateway stays flat, from the first reading. */
  readonly keepFlat: boolean;
}

export function startRun(context: Context, client: Client, state: TargetState, startedAt: number): Run {
  const pace = paceOf(state);
  return {
    context,
    client: timed(client, pace, context.clock),
    state,
    startedAt,
    notices: [],
    unrecorded: [],
    pace,
  };
}

/** What earlier runs recorded about texts, for callers without the files. */
export function earlierTexts({ context: { store }, state }: Run): KnownTexts {
  return knownTexts(undefined, state.origins, (text) => store.hash(text));
}

/** ms to wait after a write of this run; reads one scalar if no earlier read was cheap (design-v8 rule 15). */
export async function windowOf(run: Run): Promise<number> {
  if (run.pace.authenticationMs === undefined) {
    await run.client.send({
      method: 'GET',
      path: '/v0/management/debug',
      purpose: 'settle',
      credential: 'management',
    });
  }
  return settleWindow(run.pace.writeMs, run.pace.authenticationMs ?? 0, run.pace.lateReload);
}

export function step(run: Run, name: Step, detail?: string, write?: Write): void {
  run.context.listener({
    kind: 'step',
    target: run.context.target.name,
    step: name,
    ...(detail !== undefined && { detail }),
    ...(write && { write }),
  });
}

/** Waits, and reports how long and for what. Rejects with the signal's reason when it aborts. */
export async function pause(run: Run, ms: number, what: string, signal?: AbortSignal): Promise<void> {
  run.context.listener({ kind: 'wait', target: run.context.target.name, ms, what });
  await run.context.clock.sleep(ms, signal);
}

/** After a request that changes something. `window`: ms; measured where absent. */
export async function awaitReload(run: Run, window?: number): Promise<void> {
  await pause(run, window ?? (await windowOf(run)), 'the gateway to load the change');
}

export function notice(run: Run, found: Problem): void {
  run.notices.push(found);
  run.context.listener({ kind: 'notice', target: run.context.target.name, problem: found });
}

export function reached(run: Run, point: Checkpoint): void {
  run.context.checkpoint?.(point);
}

export const interrupted = (run: Run): boolean => run.context.signal?.aborted === true;
