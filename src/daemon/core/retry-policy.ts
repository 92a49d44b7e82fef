// After which outcome a target is looked at again by itself, and when. Pure.
import { CODES } from '../../domain/problem/codes.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';

const SECOND = 1000;
const FIRST_RETRY = 5 * SECOND;
const LONGEST_RETRY = 5 * 60 * SECOND;

/** What a look came to; `fault`: it could not even begin, or ended in a fault of ours. */
export type Ending = Outcome | 'fault';

/**
 * ms until the next look, or undefined: the schedule and the files are enough. `failures` counts the failures in a row,
 * this one included.
 */
export function retryDelay(ending: Ending, failures: number): number | undefined {
  if (ending !== 'fault' && (ending.kind === 'locked' || ending.kind === 'stale')) return FIRST_RETRY;
  return isFailure(ending) ? Math.min(FIRST_RETRY * 2 ** (failures - 1), LONGEST_RETRY) : undefined;
}

/** What may be over by itself: a gateway that restarts, a disk that is full, a record that was damaged. */
export function isFailure(ending: Ending): boolean {
  if (ending === 'fault' || ending.kind === 'failed') return true;
  return ending.kind === 'unreachable' && !ending.problems.some(({ code }) => CODES[code].retry === 'never');
}

const HOUR = 60 * 60 * SECOND;

/** Deep at start and at least hourly, shallow in between (design §7). */
export function depthOf(lastDeepAt: number | undefined, now: number): 'shallow' | 'deep' {
  return lastDeepAt === undefined || now - lastDeepAt >= HOUR ? 'deep' : 'shallow';
}
