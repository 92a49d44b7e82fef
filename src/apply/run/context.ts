// What the engine is given to work with: every clock, disk, connection and random number comes from outside. It prints
// nothing; what happens leaves as Events and as one Outcome.
import type { Client } from '../../gateway/client/client.ts';
import type { Clock } from '../../domain/clock.ts';
import type { Desired } from '../../domain/desired.ts';
import type { Listener } from '../../domain/outcome/event.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { Allowance, Mode, Target } from '../../domain/target.ts';
import type { Lease, Store } from '../../state/store.ts';

/** What the files came to: no desired state when a problem is an error. */
export interface LoadedDesired {
  readonly desired?: Desired;
  readonly problems: readonly Problem[];
  /** Of files with errors, where it is known. */
  readonly commit?: Desired['revision']['commit'];
}

/** What a checkpoint throws to end the process as a crash would: nobody catches it to clean up. */
export class Crash extends Error {}

/** Places of a transaction at which a test can make the process die (design §10.10). */
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
  /** Who holds the lock, for the other one's error message, e.g. `holdfast run`. */
  readonly owner: string;
  /** Who asked for this piece of work, for the history; absent where nobody did. */
  readonly by?: string;
  /** Short random names for journals and history entries. */
  readonly newId: () => string;
  /** Aborted by SIGINT or SIGTERM: the write under way is finished or rolled back, nothing new starts. */
  readonly signal?: AbortSignal;
  /** Where the gateway keeps its `config.yaml`, when somebody told; only for remedies. */
  readonly gatewayConfigFile?: string;
  /** Called at every checkpoint; may throw a Crash. */
  readonly checkpoint?: (point: Checkpoint) => void;
}

/** Digest of a plan that a person or a pipeline approved: only exactly this plan is applied. */
export interface Approval {
  readonly keyId: string;
  readonly value: string;
}

/** One look at one target. Absent members come from the target's settings. */
export interface ReconcileRequest {
  readonly mode?: Mode;
  /** Everything up to the first write: the outcome is what apply would have come to. */
  readonly dryRun?: boolean;
  /** Exit 8 when the plan computed now is another one. */
  readonly approved?: Approval;
  /** `--allow`, in addition to the policy's. */
  readonly allow?: readonly Allowance[];
  readonly prune?: boolean;
  /** Apply a quarantined revision again. */
  readonly retry?: boolean;
  /** Depth of a check; a reconcile that finds something to write always becomes deep. */
  readonly depth?: 'shallow' | 'deep';
  /** ms to wait for others who work on the target; 5 s. */
  readonly waitMs?: number;
  /** Look at a suspended target all the same (reading only). */
  readonly ignoreSuspension?: boolean;
}

export interface RestoreRequest {
  /** A backup's id, or the newest one. */
  readonly backup: { readonly id: string } | 'latest';
  readonly dryRun?: boolean;
  readonly confirm?: (plan: RestoreSummary) => Promise<boolean>;
}

/** What a restore would do, as a reader may see it. */
export interface RestoreSummary {
  readonly backup: string;
  readonly takenAt: number;
  /** Paths that differ between the gateway's file and the backup, by what happens to them. */
  readonly added: readonly string[];
  readonly removed: readonly string[];
  readonly changed: readonly string[];
  /** The bytes are the same already. */
  readonly same: boolean;
}
