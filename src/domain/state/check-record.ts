// One look of the daemon at a target, as it is remembered for a plot over time. Without secrets, and small: there is one
// every few minutes.
import type { OutcomeKind } from '../outcome/outcome.ts';

/** Why a target is looked at. `source`: git brought something new. `asked`: somebody wanted it. */
export type Trigger = 'start' | 'settings' | 'files' | 'source' | 'asked' | 'schedule' | 'retry';

export interface CheckRecord {
  /** ms since the epoch. */
  readonly at: number;
  readonly trigger: Trigger;
  readonly outcome: OutcomeKind;
  /** Differences that were found, applied ones included. */
  readonly differences: number;
  readonly durationMs: number;
  /** Requests to the gateway. */
  readonly requests: number;
}
