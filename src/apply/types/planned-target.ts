// A target with its plan, as the steps of a transaction hand it on. Types only.
import type { PlanInput, Prepared } from '../../plan/types/input.ts';
import type { Desired } from '../../domain/desired.ts';
import type { Live } from '../../domain/live.ts';

/** One reading of a target, and the plan computed from it. */
export interface PlannedTarget<L extends Live = Live> {
  readonly desired: Desired;
  readonly live: L;
  readonly input: PlanInput;
  readonly prepared: Prepared;
}
