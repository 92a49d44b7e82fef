// What an apply must remember once it succeeded: keyed hashes of the declared values, what Holdfast put there itself,
// what was released. Read back by origin.ts and wanted.ts.
import type { LastApplied } from '../nouns/state.ts';
import type { PlanInput, Prepared } from './plan.ts';

export interface Remembered {
  readonly lastApplied: LastApplied;
  /** For `TargetState.released`. */
  readonly released: readonly string[];
}

/**
 * To be stored after `prepared` was applied and verified, and after a plan without differences (the revision may be
 * new). Paths whose differences were not applied keep what was remembered of them.
 */
export function remember(input: PlanInput, prepared: Prepared): Remembered {
  void input;
  void prepared;
  throw new Error('not yet');
}
