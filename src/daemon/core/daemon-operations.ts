// The operations of a running daemon for people and scripts. Authorization is elsewhere: the HTTP API knows roles,
// this knows targets. Requested work waits in the same queue as checks, and is reported to all listeners. `by` is
// who requested it, for the history.
import type { Inspection } from '../../apply/inspect.ts';
import type { ReconcileRequest, RestoreRequest, RestoreSummary } from '../../apply/run/context.ts';
import type { Trigger } from '../../domain/state/check-record.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Rollout, RolloutAction } from '../../domain/state/rollout.ts';
import type { Suspension } from '../../domain/state/state.ts';
import type { Strategy } from '../../domain/strategy.ts';
import type { Target } from '../../domain/target.ts';
import type { Replicas } from '../../state/replicas.ts';
import type { Store } from '../../state/store.ts';
import type { AdoptRequest, AdoptResult } from './adopt-request.ts';
import type { KnownStatus } from './status-cache.ts';

/**
 * Methods with the name of a target reject with HF1003 if it doesn't exist; methods that start work reject with
 * HF7044 while the daemon stops.
 */
export interface DaemonOperations {
  /** In the order of the settings; a new list after they changed. */
  targets(): readonly Target[];
  target(name: string): Target;
  store(): Store;
  /** What it shares with other daemons on the same state; undefined if it is the only one. */
  replicas(): Replicas | undefined;
  /** Its current status. */
  known(name: string): KnownStatus;
  /** Time of the next check without a request, in ms since the epoch. */
  nextLookAt(name: string): number | undefined;
  /** Checks the target as soon as its queue allows; several requests become one check. */
  look(name: string, trigger?: Trigger): void;
  /** Reloads settings and files, and checks every target. */
  reload(trigger: Trigger): void;
  /** A plan made now; nothing is written. */
  plan(name: string, request?: ReconcileRequest): Promise<Outcome>;
  /** The reconcile that `holdfast apply` runs, with an approved digest, or with `retry`. */
  apply(name: string, request: ReconcileRequest, by?: string): Promise<Outcome>;
  /** What it manages, read now; nothing is written. Rejects with a HoldfastError if the gateway can't be read. */
  inspect(name: string): Promise<Inspection>;
  /** How a backup differs from the gateway's file of now. Rejects with a HoldfastError if either can't be read. */
  compare(name: string, backup: string): Promise<RestoreSummary>;
  /** Restores a backup. */
  restore(name: string, request: RestoreRequest, by?: string): Promise<Outcome>;
  /**
   * Restores the state before the last apply, and quarantines the revision that was applied; otherwise it would be
   * applied again. Rejects with HF5040 if nothing was applied.
   */
  rollBack(name: string, request: Pick<RestoreRequest, 'dryRun'>, by?: string): Promise<Outcome>;
  /** Writes what the gateway changed into the files, on a branch of the followed repository. */
  adopt(name: string, request: AdoptRequest): Promise<AdoptResult>;
  /** How new revisions reach the targets; undefined: all at once. */
  strategy(): Strategy | undefined;
  /** Pauses, resumes, ends or undoes the rollout. Rejects with HF7062 or HF7063 if that isn't possible. */
  rollout(
    action: RolloutAction,
    asked?: { readonly by?: string | undefined; readonly id?: string | undefined },
  ): Promise<Rollout>;
  /** Suspends the target until then, and checks it so that listeners are notified. */
  suspend(name: string, suspension: Suspension): Promise<void>;
  resume(name: string): Promise<void>;
}
