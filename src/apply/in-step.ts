// What is remembered of a look: that it was made, whether the target is in step, and, after a deep look at one that is,
// that this revision is in force.
import type { Desired } from '../nouns/desired.ts';
import type { Outcome } from '../nouns/outcome.ts';
import { remember, rememberedTexts } from '../plan/applied.ts';
import { knownFilesWith } from '../state/known-values.ts';
import { afterLook, NO_DRIFT } from './contested.ts';
import { conclude } from './outcome.ts';
import type { DeepLive } from './read.ts';
import { recording } from './recording.ts';
import type { Run } from './run.ts';
import type { Prospect } from './survey.ts';

export async function inStep(
  run: Run,
  desired: Desired,
  depth: 'shallow' | 'deep',
  prospect?: Prospect<DeepLive>,
): Promise<Outcome> {
  const { store, target, clock } = run.context;
  const looked = { at: clock.now(), inSync: true };
  if (!prospect) {
    await recording(run, 'this look', () => store.update(target.name, { lastShallowCheck: looked }));
    return conclude(run, { kind: 'in-sync', depth });
  }
  const applies = (prospect.input.mode ?? target.mode) !== 'observe';
  const quarrels = { drift: afterLook(run.state.drift ?? NO_DRIFT, [], clock.now()) };
  const lifted = run.state.quarantine?.revision === desired.revision.digest ? { quarantine: undefined } : {};
  const found = {
    ...(applies && remember(prospect.input, prospect.prepared)),
    origins: rememberedTexts(prospect.input),
    ...knownFilesWith(store, run.state, prospect.live),
    ...lifted,
    ...(run.state.drift && quarrels),
    lastDeepCheck: looked,
  };
  await recording(run, 'this look', () => store.update(target.name, found));
  return conclude(run, { kind: 'in-sync', depth, plan: prospect.prepared.plan }, prospect.live.findings);
}

/** A deep look that finds differences is the last one too, whatever becomes of it: status goes by it. */
export async function outOfStep(run: Run, { prepared, live }: Prospect<DeepLive>): Promise<void> {
  const { store, target, clock } = run.context;
  const stale = live.agreement.kind === 'differ' && live.agreement.cause === 'stale-memory';
  if (!stale && prepared.plan.changes.length === 0) return;
  const lastDeepCheck = { at: clock.now(), inSync: false };
  await recording(run, 'this look', () => store.update(target.name, { lastDeepCheck }));
}
