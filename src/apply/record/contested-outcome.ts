// Reports that Holdfast stopped correcting a path because others keep changing it back, and records that it was
// reported (§11).
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { afterCheck, judgeDrift, NO_DRIFT } from './contested.ts';
import { conclude } from './outcome.ts';
import { recording } from '../run/recording.ts';
import type { Run } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

/** The outcome if a plan contains only paths that Holdfast stopped correcting; updates the record. */
export async function contestedOutcome(
  run: Run,
  { prepared, input }: PlannedTarget,
): Promise<Outcome | undefined> {
  const { store, target, clock } = run.context;
  if ((input.mode ?? target.mode) !== 'enforce') return undefined;
  const drifted = prepared.plan.changes.map(({ path }) => path);
  const record = run.state.drift ?? NO_DRIFT;
  const { contested } = judgeDrift(record, drifted, clock.now());
  const drift = afterCheck(record, contested, clock.now());
  await recording(run, 'this check', () => store.update(target.name, { drift }));
  if (contested.length === 0) return undefined;
  return conclude(run, { kind: 'contested', paths: contested, plan: prepared.plan });
}
