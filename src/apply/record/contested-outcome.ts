// Tells that healing has stopped because somebody keeps changing a path back, and remembers that it was told (§11).
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { afterLook, judgeDrift, NO_DRIFT } from './contested.ts';
import { conclude } from './outcome.ts';
import { recording } from '../run/recording.ts';
import type { Run } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

/** The outcome when all that is left of a plan are paths whose healing stopped; keeps the record current. */
export async function contestedOutcome(
  run: Run,
  { prepared, input }: PlannedTarget,
): Promise<Outcome | undefined> {
  const { store, target, clock } = run.context;
  if ((input.mode ?? target.mode) !== 'enforce') return undefined;
  const drifted = prepared.plan.changes.map(({ path }) => path);
  const record = run.state.drift ?? NO_DRIFT;
  const { contested } = judgeDrift(record, drifted, clock.now());
  const drift = afterLook(record, contested, clock.now());
  await recording(run, 'this look', () => store.update(target.name, { drift }));
  if (contested.length === 0) return undefined;
  return conclude(run, { kind: 'contested', paths: contested, plan: prepared.plan });
}
