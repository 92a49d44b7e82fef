// The dependencies of the engine: clock, disk, connection and random numbers are passed in. The engine prints
// nothing; it reports through Events and one Outcome.
import type { Client } from '../../gateway/client/client.ts';
import type { Backup } from '../../domain/state/backup.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Desired } from '../../domain/desired.ts';
import type { BaseCommit } from '../../domain/plan/memory.ts';
import type { Listener } from '../../domain/outcome/event.ts';
import type { Path } from '../../domain/path.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { Allowance, Mode, Target } from '../../domain/target.ts';
import type { Lease, StatePatch, Store } from '../../state/store.ts';

/** The result of loading the files: no desired state if a problem is an error. */
export interface LoadedDesired {
  readonly desired?: Desired;
  readonly problems: readonly Problem[];
  /** Of files with errors, if it is known. */
  readonly commit?: Desired['revision']['commit'];
}

/** A commit whose desired state can stand for what was last applied. */
export interface BaseSource {
  /** Somebody named it: it counts more than what the state directory knows. */
  readonly isNamed: boolean;
  /** Which one, in words; absent where the environment names none. */
  readonly label?: string;
  /** The same answer each time. Rejects with HoldfastError where a named one can't be used. */
  readonly load: () => Promise<Base>;
}

export type Base =
  | {
      readonly kind: 'desired';
      readonly desired: Desired;
      /** As the settings of that commit describe it. */
      readonly target: Target;
      readonly commit: BaseCommit;
      /** Values of it that can't be resolved any more. */
      readonly unresolved: readonly Problem[];
    }
  | { readonly kind: 'none'; readonly why: string; readonly problems: readonly Problem[] };

/** What a checkpoint throws to end the process as a crash would. No code catches it to clean up. */
export class Crash extends Error {}

/** Points of a transaction at which a test can crash the process (design §10.10). */
export type Checkpoint =
  | 'locked'
  | 'observed'
  | 'backed-up'
  | 'journalled'
  | 'sending'
  | 'sent'
  | 'settled'
  | 'verified'
  | 'committed'
  | 'roll-back-started'
  | 'roll-back-sent'
  | 'rolled-back';

export interface Context {
  readonly target: Target;
  readonly store: Store;
  readonly clock: Clock;
  readonly listener: Listener;
  /** Opens a client of the target that sends only while this lease outlives each request. */
  readonly connect: (lease: Pick<Lease, 'remainingMs'>) => Client;
  /** Reads the files again each time it's called. */
  readonly loadDesired: () => Promise<LoadedDesired>;
  /** Absent: only the state directory knows what was last applied. */
  readonly base?: BaseSource;
  /** Who holds the lock, for the error message of another process, e.g. `holdfast run`. */
  readonly owner: string;
  /** Who requested this run, for the history; absent if nobody did. */
  readonly by?: string;
  /** ms to wait for others who work on the target, where a request doesn't say it; default 5 s. */
  readonly waitMs?: number;
  /** Short random names for journals and history entries. */
  readonly newId: () => string;
  /** Aborted by SIGINT or SIGTERM: finish or roll back the current write, and start nothing new. */
  readonly signal?: AbortSignal;
  /** Why backups of this run wouldn't outlive it; absent if they do. */
  readonly backupsVanish?: string | undefined;
  /** Where the gateway stores its `config.yaml`, if the user configured it; only for remedies. */
  readonly gatewayConfigFile?: string;
  /** Called at every checkpoint; may throw a Crash. */
  readonly checkpoint?: (point: Checkpoint) => void;
}

/** Digest of a plan that a person or a pipeline approved: apply only this plan. */
export interface Approval {
  readonly keyId: string;
  readonly value: string;
  /** The commit that it was compared with, to say why another plan came out. */
  readonly base?: string | undefined;
}

/** One check of one target. Absent members come from the target's settings. */
export interface ReconcileRequest {
  readonly mode?: Mode;
  /** Do everything up to the first write. The outcome is what apply would report. */
  readonly dryRun?: boolean;
  /** Exit 8 if the plan computed now has another digest. */
  readonly approved?: Approval;
  /** `--allow`, in addition to the policy's. */
  readonly allow?: readonly Allowance[];
  readonly prune?: boolean;
  /** Nothing else is written or judged. Paths of either layout. */
  readonly only?: readonly Path[];
  /** Apply a quarantined revision again. */
  readonly retry?: boolean;
  /** Find out which changes of a revision fail, and apply the rest; absent: as the policy says. */
  readonly bisect?: boolean;
  /** Depth of a check; a reconcile that finds something to write always becomes deep. */
  readonly depth?: 'shallow' | 'deep';
  /** ms to wait for others who work on the target; default 5 s. */
  readonly waitMs?: number;
  /** Also check a suspended target (read-only). */
  readonly ignoreSuspension?: boolean;
}

export interface RestoreRequest {
  /** A backup's ID, the newest one, or one that was kept elsewhere. */
  readonly backup: { readonly id: string } | 'latest' | { readonly kept: Backup };
  /** Also one of another target or address. */
  readonly anyGateway?: boolean;
  readonly dryRun?: boolean;
  readonly confirm?: (plan: RestoreSummary) => Promise<boolean>;
  /** What else the record of the target becomes, at this time (ms since the epoch), once the gateway has the backup. */
  readonly remembers?: (at: number) => StatePatch;
}

/** What a restore would do, without secrets. */
export interface RestoreSummary {
  readonly backup: string;
  readonly takenAt: number;
  /** Paths that differ between the gateway's file and the backup, by kind of change. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** The bytes are already the same. */
  readonly same: boolean;
}
