// What the table of error codes says of each code.
import type { ExitCode } from './exit.ts';

/** What a code means for the program. No other code decides by codes, their ranges or their texts. */
interface Meaning {
  /**
   * `at-once`: retry a read that failed like this. `later`: it may end without intervention, like a restart.
   * `never`: only a person ends it, so nothing is retried before the schedule or a change.
   */
  readonly retry?: 'at-once' | 'later' | 'never';
  /** The request certainly never reached the gateway, so it has changed nothing. */
  readonly unsent?: true;
  /** Of a git remote: it didn't even list its refs. */
  readonly unanswered?: true;
}

export interface CodeEntry extends Required<Pick<Meaning, 'retry'>>, Omit<Meaning, 'retry'> {
  readonly exit: ExitCode;
  readonly summary: string;
  readonly remedy: string;
}

export const code = (exit: ExitCode, summary: string, remedy: string, meaning: Meaning = {}): CodeEntry => ({
  exit,
  summary,
  remedy,
  retry: 'later',
  ...meaning,
});
