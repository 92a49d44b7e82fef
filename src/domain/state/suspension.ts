// A suspended target: it always has an end and a reason, and ends automatically.
import type { Suspension } from './state.ts';
import { momentText } from '../../lib/text.ts';

/** ms. For a longer time, remove the target from the settings. */
const LONGEST = 30 * 86_400_000;
const LONGEST_REASON = 500;

/** The suspension if it is in effect. */
export function inForce(suspension: Suspension | undefined, now: number): Suspension | undefined {
  return suspension && suspension.until > now ? suspension : undefined;
}

/** What is wrong with a requested suspension; undefined: nothing. */
export function suspensionFault({ until, reason }: Suspension, now: number): string | undefined {
  if (until <= now) return `it would have ended at ${momentText(until)} already`;
  if (until > now + LONGEST) return 'it would last longer than 30 days';
  if (reason.trim() === '') return 'it needs a reason, so that others know why the target is suspended';
  if (reason.length > LONGEST_REASON) return `its reason is longer than ${LONGEST_REASON} characters`;
  return undefined;
}
