// The input and the result of a plan. Types only.
import type { Dialect } from '../../gateway/dialect.ts';
import type { Desired } from '../../domain/desired.ts';
import type { Texts } from '../../desired/read/origins.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import type { Path } from '../../domain/path.ts';
import type { Memory } from '../../domain/plan/memory.ts';
import type { Live } from '../../domain/live.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { LastApplied, Origins, Suspension } from '../../domain/state/state.ts';
import type { Allowance, Mode, Target } from '../../domain/target.ts';
import type { Tree, Value } from '../../lib/value.ts';
import type { Prediction, PreparedWrite } from '../../domain/plan/write.ts';
import type { Difference } from './difference.ts';
import type { LostComment } from './lost-comment.ts';
import type { ManagementSecret } from './management-secret.ts';

/** Whether `PUT /config.yaml` was tried successfully without changing anything (design §9 `no-way-back`). */
export type WayBack = 'available' | 'unavailable' | 'unknown' | 'not-probed';

/** What Holdfast has recorded about the target, as far as a plan depends on it. */
export interface KnownState {
  readonly lastApplied?: LastApplied | undefined;
  /** Where `lastApplied` is from. Absent: a state directory, or nothing is known. */
  readonly memory?: Memory | undefined;
  /** Texts of the desired state that counts as last applied, where the files say so. */
  readonly appliedTexts?: (() => Texts) | undefined;
  /** Paths released by earlier plans and not declared or pruned since (`TargetState.released`). */
  readonly released?: readonly string[] | undefined;
  /** Texts of earlier runs that were secrets, and those that weren't. */
  readonly origins?: Origins | undefined;
  readonly suspension?: Suspension | undefined;
  /** Why a backup of this run wouldn't outlive it; undefined if it does. */
  readonly backupsVanish?: string | undefined;
  /** Paths that Holdfast doesn't correct now, permanently or until a time: their differences are held back. */
  readonly held?: readonly HeldPath[] | undefined;
  readonly earlier?: EarlierStates | undefined;
}

/** What Holdfast knows of earlier states of the gateway, for hints. Values as keyed hashes: they can be looked up only. */
export interface EarlierStates {
  /** Whether a file is byte for byte an earlier verified one, and not the newest. */
  readonly isOldFile: (text: string) => boolean;
  /** Whether an earlier verified reading had this value at this path, and the newest one didn't. */
  readonly had: (path: string, value: Value | undefined) => boolean;
  /** How often Holdfast corrected a path within the last hour. */
  readonly corrections: (path: string) => number;
}

/** `until` is ms since the epoch; without it, Holdfast stopped correcting the path. */
export interface HeldPath {
  readonly path: string;
  readonly until?: number;
}

export interface PlanInput {
  readonly target: Target;
  readonly desired: Desired;
  readonly live: Live;
  /** Of the reading. */
  readonly dialect: Dialect;
  /** ms since the epoch. */
  readonly now: number;
  readonly state: KnownState;
  /** `Store.hash`: keyed, for comparisons with `LastApplied`. */
  readonly hash: (text: string) => string;
  /** Replaces the target's own mode. */
  readonly mode?: Mode | undefined;
  /** `--allow`, in addition to the policy's. */
  readonly allow?: readonly Allowance[] | undefined;
  /** `--prune`; replaces the policy's value. */
  readonly prune?: boolean | undefined;
  /** `--only`: what is elsewhere is neither written nor judged. Paths of either layout. */
  readonly only?: readonly Path[] | undefined;
  /** Paths whose changes are held, because they failed. */
  readonly quarantined?: readonly string[] | undefined;
  /**
   * The result of `judgeManagementSecret`; bcrypt is too slow to run here. It may be undefined only if nothing
   * declares `remote-management.secret-key`; otherwise the caller has a bug.
   */
  readonly managementSecret: ManagementSecret | undefined;
  /** `not-probed` (a plan without an apply) refuses nothing. */
  readonly rollbackProbe: WayBack;
  /** What the gateway's layout can't express of what the files declare, and what it says otherwise (`spoken`). */
  readonly refusals?: readonly Verdict[];
  readonly built?: Built | undefined;
  readonly notes?: readonly Problem[];
}

/** A desired state with its families built of the groups that are there, others' keys among them (`spoken`). */
export interface Built {
  readonly tree: Sealed<Tree>;
  /** The position of a declared part, as a pointer into the tree of the desired state. */
  readonly originOf: (pointer: string) => string | undefined;
}

export interface Prepared {
  readonly plan: Plan;
  /** Empty if nothing is to be written, in mode observe, and if no route exists. */
  readonly writes: readonly PreparedWrite[];
  /** All of them, whatever their disposition. */
  readonly differences: readonly Difference[];
  /** What memory and file contain after the last write; undefined without writes. */
  readonly prediction: Prediction | undefined;
  /** Comments of the planned file that a later text of it lacks, except those whose loss was planned. */
  readonly lostComments: (text: string) => readonly LostComment[];
  /** Input of `remember`. */
  readonly basis: Basis;
}

export interface Basis {
  /** The image that the files require, applied or not. */
  readonly proposed: Sealed<Tree>;
  /** By the ID of a difference, how the state records its path. */
  readonly stateKeys: ReadonlyMap<string, string>;
  /** Places whose differences the plan doesn't apply: their previous record stays. */
  readonly unapplied: readonly string[];
  /** Places outside of `--only` that differ or would be released: their previous record stays. */
  readonly leftOut: readonly string[];
}
