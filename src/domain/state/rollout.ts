// The record of a rollout: which revision each target of the fleet gets, in which wave, and how far it is. One for
// all processes that share the state.
import type { Commit } from '../desired.ts';
import type { Requests } from '../requests.ts';

export const ROLLOUT_PHASES = [
  'running',
  'paused',
  'stopped',
  'aborted',
  'undoing',
  'undone',
  'done',
] as const;
export type RolloutPhase = (typeof ROLLOUT_PHASES)[number];

export const ROLLOUT_TARGET_PHASES = [
  'waiting',
  'working',
  'done',
  'failed',
  'undoing',
  'undone',
  'undo-failed',
] as const;
export type RolloutTargetPhase = (typeof ROLLOUT_TARGET_PHASES)[number];

/** What people can ask of a rollout. */
export const ROLLOUT_ACTIONS = ['pause', 'resume', 'abort', 'undo'] as const;
export type RolloutAction = (typeof ROLLOUT_ACTIONS)[number];

export interface RolloutTarget {
  readonly phase: RolloutTargetPhase;
  /** When that began, in ms since the epoch. */
  readonly at: number;
  /** Digest of the revision that it gets. Absent: its files have errors. */
  readonly to?: string;
  /** Why it waits or failed. */
  readonly why?: string;
  /** It isn't written before: a freeze window or a suspension. */
  readonly notBefore?: number;
  /** Its wave goes on without it: it is suspended. */
  readonly isLate?: boolean;
  /** Work that began for an earlier rollout and hasn't ended. */
  readonly isBusy?: boolean;
  /** A person resumed after its failure: quarantine doesn't hold it back. */
  readonly retry?: boolean;
  /** Checks in a row that couldn't reach it. */
  readonly unreachable?: number;
  /** The backup that its write began with. Absent: this rollout didn't write it. */
  readonly backup?: string;
  /** The last check that found it as it should be. */
  readonly verifiedAt?: number;
  /** Recent requests when its turn came, and all requests since its gateway started: after the write, and last. */
  readonly requests?: {
    readonly recent: Requests;
    readonly written?: Requests;
    readonly last?: Requests;
  };
}

/** Requests of all written targets of a wave. */
export interface ErrorRates {
  readonly before: Requests;
  readonly during: Requests;
}

export interface RolloutWave {
  readonly name: string;
  readonly targets: readonly string[];
  /** When the last target was verified and the soak began. */
  readonly soakFrom?: number;
  /** When the checks at the end of the soak were last requested. */
  readonly askedAt?: number;
  /** When the next wave could begin. */
  readonly passedAt?: number;
  readonly rates?: ErrorRates;
}

export interface Rollout {
  readonly id: string;
  readonly phase: RolloutPhase;
  readonly startedAt: number;
  /** When the phase began. */
  readonly at: number;
  /** Who asked for the phase, if someone did. */
  readonly by?: string;
  /** Why it stopped. */
  readonly why?: string;
  /** The commit of the files; absent if they aren't those of one commit. */
  readonly commit?: Commit;
  /** What was replaced before it was complete: a commit or the ID of a rollout. */
  readonly supersedes?: string;
  readonly waves: readonly RolloutWave[];
  readonly targets: Readonly<Record<string, RolloutTarget>>;
}
