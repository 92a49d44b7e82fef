// Records a check: that it happened, whether the target is in sync, and, after a deep check of a target in sync,
// that this revision is in effect.
import type { Desired } from '../../domain/desired.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { type LastCheck, lastCheckOf } from '../../domain/plan/last-check.ts';
import { remember, rememberedTexts } from '../../plan/last-applied.ts';
import { knownFilesWith } from '../../state/known-values.ts';
import { afterCheck, NO_DRIFT } from './contested.ts';
import { conclude } from './outcome.ts';
import type { DeepLive } from '../run/read.ts';
import { recording } from '../run/recording.ts';
import { measured } from '../run/pace.ts';
import type { Run } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

export async function recordInSync(
  run: Run,
  desired: Desired,
  depth: 'shallow' | 'deep',
  planned?: PlannedTarget<DeepLive>,
): Promise<Outcome> {
  const { store, target, clock } = run.context;
  const checked: LastCheck = { at: clock.now(), inSync: true, revision: desired.revision.digest };
  if (!planned) {
    await recording(run, 'this check', () => store.update(target.name, { lastShallowCheck: checked }));
    return conclude(run, { kind: 'in-sync', depth });
  }
  const applies = (planned.input.mode ?? target.mode) !== 'observe';
  const contested = { drift: afterCheck(run.state.drift ?? NO_DRIFT, [], clock.now()) };
  const lifted = run.state.quarantine?.revision === desired.revision.digest ? { quarantine: undefined } : {};
  const isWhole = planned.prepared.plan.only === undefined;
  const found = {
    ...(applies && remember(planned.input, planned.prepared)),
    origins: rememberedTexts(planned.input),
    ...knownFilesWith(store, run.state, planned.live),
    ...(isWhole && {
      ...lifted,
      ...(run.state.drift && contested),
      lastDeepCheck: checked,
      undeclared: planned.prepared.plan.undeclared,
    }),
  };
  await recording(run, 'this check', () => store.update(target.name, { ...found, ...measured(run) }));
  return conclude(run, { kind: 'in-sync', depth, plan: planned.prepared.plan }, planned.live.findings);
}

/** A deep check that finds differences also becomes the last check, whatever happens next. The status shows it. */
export async function recordOutOfSync(run: Run, { prepared, live }: PlannedTarget<DeepLive>): Promise<void> {
  const { store, target, clock } = run.context;
  const stale = live.agreement.kind === 'differ' && live.agreement.cause === 'stale-memory';
  if (!stale && prepared.plan.changes.length === 0) return;
  const lastDeepCheck = lastCheckOf(prepared.plan, false, clock.now());
  await recording(run, 'this check', () => store.update(target.name, { lastDeepCheck, ...measured(run) }));
}
