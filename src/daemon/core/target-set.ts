// What the daemon works on: targets and how to create their contexts, reopened when the settings change.
import type { AdoptRequest, AdoptResult } from './adopt-request.ts';
import type { Context } from '../../apply/run/context.ts';
import type { Listener } from '../../domain/outcome/event.ts';
import type { Strategy } from '../../domain/strategy.ts';
import type { Target } from '../../domain/target.ts';
import type { DaemonSettings } from '../../settings/settings.ts';
import type { Replicas } from '../../state/replicas.ts';
import type { Store } from '../../state/store.ts';

export interface TargetSet extends AsyncDisposable {
  readonly targets: readonly Target[];
  readonly store: Store;
  readonly daemon: DaemonSettings;
  /** Absent: every target gets a new revision at once. */
  readonly strategy?: Strategy | undefined;
  /** Absolute paths whose change can change the settings. */
  readonly watched: readonly string[];
  /** A state that several daemons can share; absent for a directory. */
  readonly shared?: SharedState;
  /** Whether the files are those that the source has now; absent: they are. */
  readonly isCurrent?: () => boolean;
  contextOf(target: Target, listener: Listener): Context;
  /** What the gateway changed, as a commit on a branch of the followed repository. Rejects with HoldfastError. */
  adopt(target: Target, request: AdoptRequest): Promise<AdoptResult>;
}

export interface SharedState {
  /** Differs for different databases. */
  readonly identity: string;
  openReplicas(): Promise<Replicas>;
}

/** Throws HoldfastError with all problems of the settings. */
export type OpenTargetSet = () => Promise<TargetSet>;
