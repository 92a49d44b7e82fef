// What a check asks about rollouts: whether a target may get a revision.
import type { Target } from '../../domain/target.ts';

/** `retry`: a person resumed after this revision failed. */
export type Permit =
  | { readonly isAllowed: true; readonly retry?: boolean }
  /** `inForce`: digest of the revision that the target has. */
  | { readonly isAllowed: false; readonly why: string; readonly inForce: string | undefined };

export interface RolloutGate {
  /** Rejects with HF6xxx if the state can't be read. */
  permit(target: Target, digest: string): Promise<Permit>;
  /** Before work that the rollout waits for: reads what its gateway counted until then. */
  before(target: Target): Promise<void>;
}
