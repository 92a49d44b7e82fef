// What people and scripts may ask of a running daemon. Whether somebody may ask is another's business: the HTTP API
// knows roles, this knows targets. Work stands in the same line as the looks, and everybody hears of it. `by` is who
// asked, for the history.
import type { ReconcileRequest, RestoreRequest } from '../../apply/run/context.ts';
import type { Trigger } from '../../domain/state/check-record.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Suspension } from '../../domain/state/state.ts';
import type { Target } from '../../domain/target.ts';
import type { Store } from '../../state/store.ts';
import type { KnownStatus } from './status-cache.ts';

/**
 * Methods that name a target reject with HF1003 when there is none of that name, those that would begin something with
 * HF7044 while the daemon stops.
 */
export interface DaemonOperations {
  /** In the order of the settings; another list after they changed. */
  targets(): readonly Target[];
  target(name: string): Target;
  store(): Store;
  /** What is known of it at this moment. */
  known(name: string): KnownStatus;
  /** When it is looked at next if nobody asks for it, in ms since the epoch. */
  nextLookAt(name: string): number | undefined;
  /** Looks at the target as soon as its line allows; several at once are one. */
  look(name: string, trigger?: Trigger): void;
  /** Reloads settings and files, and checks every target. */
  reload(trigger: Trigger): void;
  /** A plan made now; nothing is written. */
  plan(name: string, request?: ReconcileRequest): Promise<Outcome>;
  /** The reconcile that `holdfast apply` runs, with a digest that somebody approved, or with `retry`. */
  apply(name: string, request: ReconcileRequest, by?: string): Promise<Outcome>;
  /** Puts a backup back. */
  restore(name: string, request: RestoreRequest, by?: string): Promise<Outcome>;
  /**
   * Puts back what the gateway had before the last apply, and quarantines the revision that was applied: otherwise it
   * would be applied again. Rejects with HF5040 when nothing was applied.
   */
  rollBack(name: string, request: Pick<RestoreRequest, 'dryRun'>, by?: string): Promise<Outcome>;
  /** Leaves the target alone until then; looks at it, so that everybody hears. */
  suspend(name: string, suspension: Suspension): Promise<void>;
  resume(name: string): Promise<void>;
}
