// After which outcome a target is looked at again by itself, and when. Pure.
import type { Outcome } from '../nouns/outcome.ts';

const SECOND = 1000;
const FIRST_RETRY = 5 * SECOND;
const LONGEST_RETRY = 5 * 60 * SECOND;
/** Codes of failures that only a person can end: authentication is never tried again by itself (design §7). */
const TERMINAL = /^HF30(?:1\d|2\d)$/;

/**
 * ms until the next look, or undefined: the schedule and the files are enough. `failures` counts the outcomes of this
 * kind in a row, this one included.
 */
export function lookAgainIn(outcome: Outcome, failures: number): number | undefined {
  if (outcome.kind === 'locked' || outcome.kind === 'stale') return FIRST_RETRY;
  if (outcome.kind !== 'unreachable' || outcome.problems.some(({ code }) => TERMINAL.test(code)))
    return undefined;
  return Math.min(FIRST_RETRY * 2 ** (failures - 1), LONGEST_RETRY);
}

const HOUR = 60 * 60 * SECOND;

/** Deep at start and at least hourly, shallow in between (design §7). */
export function depthOf(lastDeepAt: number | undefined, now: number): 'shallow' | 'deep' {
  return lastDeepAt === undefined || now - lastDeepAt >= HOUR ? 'deep' : 'shallow';
}
