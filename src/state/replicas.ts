// What several daemons on one state share besides the state itself: who is alive, which targets to check, what each of
// them found, and who sends notifications. Only a database can offer it.
import type { Trigger } from '../domain/state/check-record.ts';
import type { NotifiedByChannel } from '../domain/state/state.ts';
import type { Lease } from './store.ts';

/** A request to check a target. Several requests for one target become one check. */
export interface CheckRequest {
  readonly target: string;
  readonly trigger: Trigger;
}

/** What a replica recorded about a target, as its daemon wrote it. */
export interface SharedStatus {
  readonly target: string;
  /** Grows with each record of any target. */
  readonly n: number;
  readonly trigger: Trigger | undefined;
  /** JSON of any version: check it. */
  readonly status: unknown;
}

/** What another replica does at the moment; without a step, it has stopped. */
export interface Progress {
  readonly target: string;
  readonly step?: string;
  readonly by: string;
}

/** One report for the notifications, in the order of all replicas. */
export interface Report {
  readonly n: number;
  /** JSON of any version: check it. */
  readonly entry: unknown;
}

export interface ReplicaHandlers {
  /** A check that this replica took. Rejects with UnknownTarget if another replica should take it. */
  check(target: string, triggers: readonly Trigger[]): Promise<void>;
  /** What others recorded; after a lost connection, the newest of each target that was missed. */
  recorded(status: SharedStatus): void;
  progress(progress: Progress): void;
  /** A replica no longer answers: what it was doing has ended or will be refused. */
  gone(id: string): void;
  /** There are reports for the one who sends notifications. */
  reported(): void;
  /** Whether the database answers; called when that changes, and once a minute while it doesn't. */
  reachable(error?: unknown): void;
}

/** The settings of this replica don't have the target (yet). */
export class UnknownTarget extends Error {}

export interface Replicas extends AsyncDisposable {
  /** Of this process, unique. */
  readonly id: string;
  /** Resolves when this replica is known to the others, and has what they recorded. Takes checks from then on. */
  begin(handlers: ReplicaHandlers): Promise<void>;
  /** Takes no more checks; resolves when those in progress have ended. */
  end(): Promise<void>;
  /** Rejects if the database can't be used. */
  request(checks: readonly CheckRequest[]): Promise<void>;
  /** Whether this replica is the one that acts on a tick of the schedule. `everyMs`: until the next one. */
  claimTick(everyMs: number): Promise<boolean>;
  /** Records the status of a target: `next` gets what is recorded, and can be called several times. */
  record(
    target: string,
    trigger: Trigger | undefined,
    next: (before: unknown) => object,
  ): Promise<Pick<SharedStatus, 'n' | 'status'>>;
  /** Tells the others; lost if the database can't be used. */
  tell(target: string, step: string | undefined): void;

  report(entry: object): Promise<void>;
  /** The reports after `n`, oldest first, at most a few hundred. */
  reports(after: number): Promise<readonly Report[]>;
  /** The exclusive right to send notifications. Rejects when `signal` aborts. */
  lockNotifications(signal: AbortSignal): Promise<Lease>;
  /** What channels know, and up to which report each of them was told, read and written together. */
  told(): Promise<Told>;
  /** Rejects with HF6002 if another replica sends notifications now. Removes reports that nobody needs any more. */
  saveTold(told: Told): Promise<void>;
}

export interface Told {
  readonly statuses: NotifiedByChannel;
  readonly positions: Readonly<Record<string, number>>;
}
