// The record of one check of a target by the daemon, for the timeline. Without secrets, and small, because there is
// one every few minutes.
import type { OutcomeKind } from '../outcome/outcome.ts';

/** Why a target is checked. `source`: git has a new commit. `asked`: someone requested it. */
export type Trigger = 'start' | 'settings' | 'files' | 'source' | 'asked' | 'schedule' | 'retry';

export interface CheckRecord {
  /** ms since the epoch. */
  readonly at: number;
  readonly trigger: Trigger;
  readonly outcome: OutcomeKind;
  /** Differences that were found, including applied ones. */
  readonly differences: number;
  readonly durationMs: number;
  /** Requests to the gateway. */
  readonly requests: number;
}
