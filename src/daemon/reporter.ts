// Where the daemon says what it does: structured logs, or a terminal.
import type { Event } from '../nouns/event.ts';
import type { Outcome } from '../nouns/outcome.ts';
import type { Target } from '../nouns/target.ts';
import type { Trigger } from './line.ts';

export interface Reporter {
  started(targets: readonly Target[], drift: string): void;
  event(event: Event): void;
  outcome(outcome: Outcome, trigger: Trigger): void;
  note(level: 'info' | 'warn' | 'error', text: string): void;
  /** A look or a reload of the settings that could not even begin. */
  failed(error: unknown, target?: string): void;
}
