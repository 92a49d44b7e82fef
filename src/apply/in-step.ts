// A target that needs nothing: remembers that it was looked at and, after a deep look, that this revision is in force.
import type { Desired } from '../nouns/desired.ts';
import type { Outcome } from '../nouns/outcome.ts';
import { remember } from '../plan/applied.ts';
import { knownFilesWith } from '../state/known-values.ts';
import { afterLook, NO_DRIFT } from './contested.ts';
import { conclude } from './outcome.ts';
import type { DeepLive } from './read.ts';
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
    await store.update(target.name, { lastShallowCheck: looked });
    return conclude(run, { kind: 'in-sync', depth });
  }
  const applies = (prospect.input.mode ?? target.mode) !== 'observe';
  const quarrels = { drift: afterLook(run.state.drift ?? NO_DRIFT, [], clock.now()) };
  const lifted = run.state.quarantine?.revision === desired.revision.digest ? { quarantine: undefined } : {};
  await store.update(target.name, {
    ...(applies && remember(prospect.input, prospect.prepared)),
    ...knownFilesWith(store, run.state, prospect.live),
    ...lifted,
    ...(run.state.drift && quarrels),
    lastDeepCheck: looked,
  });
  return conclude(run, { kind: 'in-sync', depth, plan: prospect.prepared.plan }, prospect.live.findings);
}
