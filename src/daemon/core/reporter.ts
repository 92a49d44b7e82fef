// Where the daemon reports: structured logs or a terminal, and other listeners: metrics, notifications, the event
// stream. None of them can delay or stop a check.
import type { Event } from '../../domain/outcome/event.ts';
import type { Trigger } from '../../domain/state/check-record.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import type { Target } from '../../domain/target.ts';

export interface RolloutChange {
  /** Absent: there was none. */
  readonly before: Rollout | undefined;
  /** This process made the change; otherwise it only found it. */
  readonly isOwn: boolean;
}

export interface Reporter {
  started(targets: readonly Target[], drift: string): void;
  event(event: Event): void;
  outcome(outcome: Outcome, trigger: Trigger): void;
  note(level: 'info' | 'warn' | 'error', text: string): void;
  /** A check or a reload of the settings that couldn't start. */
  failed(error: unknown, target?: string): void;
  /** The dashboard and the HTTP API listen at this address. Without it, `note` is told. */
  listening?(origin: string): void;
  /** A rollout changed. */
  rollout?(rollout: Rollout, change: RolloutChange): void;
  /** Whether a shared service works: with an error if it doesn't, without one when it works again. */
  shared?(what: 'settings' | 'source', error?: unknown): void;
  /** Another replica worked on the target; with an outcome, it has ended. It is logged and counted there. */
  elsewhere?(target: string, ended?: { readonly outcome: Outcome; readonly trigger: Trigger }): void;
  /** A replica recorded something for the notifications. */
  reported?(): void;
  /** Whether the database with the state can be used: with an error if it can't. Only with replicas. */
  database?(error?: unknown): void;
}

/** All listeners get everything. If one throws, the first one is told, and the others continue. */
export function together(first: Reporter, others: readonly Partial<Reporter>[]): Reporter {
  const tell = (say: (reporter: Partial<Reporter>) => void): void => {
    for (const reporter of [first, ...others]) {
      try {
        say(reporter);
      } catch (error) {
        if (reporter !== first) first.failed(error);
      }
    }
  };
  return {
    started: (targets, drift) => tell((one) => one.started?.(targets, drift)),
    event: (event) => tell((one) => one.event?.(event)),
    outcome: (outcome, trigger) => tell((one) => one.outcome?.(outcome, trigger)),
    note: (level, text) => tell((one) => one.note?.(level, text)),
    failed: (error, target) => tell((one) => one.failed?.(error, target)),
    ...(first.listening && { listening: (origin) => tell((one) => one.listening?.(origin)) }),
    rollout: (rollout, change) => tell((one) => one.rollout?.(rollout, change)),
    shared: (what, error) => tell((one) => one.shared?.(what, error)),
    elsewhere: (target, ended) => tell((one) => one.elsewhere?.(target, ended)),
    reported: () => tell((one) => one.reported?.()),
    database: (error) => tell((one) => one.database?.(error)),
  };
}
