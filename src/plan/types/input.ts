// What a plan is made from and what comes of it. Types only.
import type { Dialect } from '../../gateway/dialect.ts';
import type { Desired } from '../../domain/desired.ts';
import type { Verdict } from '../../domain/plan/guard.ts';
import type { Live } from '../../domain/live.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import type { Problem } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { LastApplied, Origins, Suspension } from '../../domain/state/state.ts';
import type { Allowance, Mode, Target } from '../../domain/target.ts';
import type { Tree } from '../../lib/value.ts';
import type { Prediction, PreparedWrite } from '../../domain/plan/write.ts';
import type { Difference } from './difference.ts';
import type { LostComment } from './lost-comment.ts';
import type { ManagementSecret } from './management-secret.ts';

/** Whether `PUT /config.yaml` was seen to work without changing anything (design §9 `no-way-back`). */
export type WayBack = 'available' | 'unavailable' | 'unknown' | 'not-probed';

/** What Holdfast remembers of the target, as far as a plan depends on it. */
export interface KnownState {
  readonly lastApplied?: LastApplied | undefined;
  /** Paths released by earlier plans and not declared, pruned or forgotten since (`TargetState.released`). */
  readonly released?: readonly string[] | undefined;
  /** Texts of earlier runs that were secrets, and those that were not. */
  readonly origins?: Origins | undefined;
  readonly suspension?: Suspension | undefined;
  /** Paths whose healing stopped, or that rest between two healings: their differences are held. */
  readonly held?: readonly HeldPath[] | undefined;
}

/** `until` is ms since the epoch; without it healing stopped. */
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
  /** In place of the target's own mode. */
  readonly mode?: Mode | undefined;
  /** `--allow`, in addition to the policy's. */
  readonly allow?: readonly Allowance[] | undefined;
  /** `--prune`, in place of the policy's. */
  readonly prune?: boolean | undefined;
  /**
   * What `judgeManagementSecret` found; bcrypt is too slow to sit in here. Undefined only where nothing declares
   * `remote-management.secret-key`; otherwise it is a mistake of the caller.
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
  /** Where a part of it is declared, as a pointer into the tree of the desired state. */
  readonly originOf: (pointer: string) => string | undefined;
}

export interface Prepared {
  readonly plan: Plan;
  /** Empty when nothing is to be written, in mode observe, and where no route exists. */
  readonly writes: readonly PreparedWrite[];
  /** All of them, whatever their disposition. */
  readonly differences: readonly Difference[];
  /** What memory and file hold after the last write; undefined without writes. */
  readonly prediction: Prediction | undefined;
  /** Comments of the file as it was planned on that a later text of it lacks, but for those whose loss was planned. */
  readonly lostComments: (text: string) => readonly LostComment[];
  /** What `remember` needs. */
  readonly basis: Basis;
}

export interface Basis {
  /** The image the files ask for, applied or not. */
  readonly proposed: Sealed<Tree>;
  /** By the id of a difference, how the state remembers its place. */
  readonly stateKeys: ReadonlyMap<string, string>;
}
