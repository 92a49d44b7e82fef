// After which outcome a target is checked again automatically, and when. Pure.
import { CODES } from '../../domain/problem/codes.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';

const SECOND = 1000;
const FIRST_RETRY = 5 * SECOND;
const LONGEST_RETRY = 5 * 60 * SECOND;

/** The result of a check; `fault`: it couldn't start, or ended with a bug. */
export type Ending = Outcome | 'fault';

/**
 * ms until the next check, or undefined: the schedule and the files are enough. `failures` counts consecutive
 * failures, including this one.
 */
export function retryDelay(ending: Ending, failures: number): number | undefined {
  if (ending !== 'fault' && (ending.kind === 'locked' || ending.kind === 'stale')) return FIRST_RETRY;
  return isFailure(ending) ? Math.min(FIRST_RETRY * 2 ** (failures - 1), LONGEST_RETRY) : undefined;
}

/** What may end without intervention: a gateway that restarts, a full disk, a damaged record. */
export function isFailure(ending: Ending): boolean {
  if (ending === 'fault' || ending.kind === 'failed') return true;
  return ending.kind === 'unreachable' && !ending.problems.some(({ code }) => CODES[code].retry === 'never');
}

const HOUR = 60 * 60 * SECOND;

/** Deep at start and at least hourly, shallow in between (design §7). */
export function depthOf(lastDeepAt: number | undefined, now: number): 'shallow' | 'deep' {
  return lastDeepAt === undefined || now - lastDeepAt >= HOUR ? 'deep' : 'shallow';
}
