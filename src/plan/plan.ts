// Assembles the plan of one target: live image, wanted image, differences, routes, guards, digest. Pure: time, state,
// keys and the results of probes come in as arguments; the same input gives the same bytes.
import type { Catalog } from '../gateway/catalog/field.ts';
import type { Desired } from '../nouns/desired.ts';
import type { Live } from '../nouns/live.ts';
import type { Plan } from '../nouns/plan.ts';
import type { LastApplied, Suspension } from '../nouns/state.ts';
import type { Allowance, Mode, Target } from '../nouns/target.ts';
import type { Prediction, PreparedWrite } from '../nouns/write.ts';
import type { Difference } from './difference.ts';
import type { ManagementSecret } from './management-secret.ts';

/** Whether `PUT /config.yaml` was seen to work without changing anything (design §9 `no-way-back`). */
export type WayBack = 'available' | 'unavailable' | 'unknown' | 'not-probed';

/** What Holdfast remembers of the target, as far as a plan depends on it. */
export interface KnownState {
  readonly lastApplied?: LastApplied | undefined;
  /** Paths released by earlier plans and not declared, pruned or forgotten since (`TargetState.released`). */
  readonly released?: readonly string[] | undefined;
  readonly suspension?: Suspension | undefined;
  /** Paths whose healing stopped, or that rest between two healings: their differences are held. */
  readonly held?: readonly string[] | undefined;
}

export interface PlanInput {
  readonly target: Target;
  readonly desired: Desired;
  readonly live: Live;
  readonly catalog: Catalog;
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
   * `remote-management.secret-key`; otherwise guard `self-lockout` refuses for want of it.
   */
  readonly managementSecret: ManagementSecret | undefined;
  /** `not-probed` (a plan without an apply) refuses nothing. */
  readonly wayBack: WayBack;
}

export interface Prepared {
  readonly plan: Plan;
  /** Empty when nothing is to be written, in mode observe, and where no route exists. */
  readonly writes: readonly PreparedWrite[];
  /** All of them, whatever their disposition. */
  readonly differences: readonly Difference[];
  /** What memory and file hold after the last write; undefined without writes. */
  readonly prediction: Prediction | undefined;
}

export function makePlan(input: PlanInput): Prepared {
  void input;
  throw new Error('not yet');
}
