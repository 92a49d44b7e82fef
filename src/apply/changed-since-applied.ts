// What the gateway changed since the last apply, for a target whose newest files have errors and whose last valid ones
// aren't known. Reads, records the check, and corrects nothing.
import { changedSince } from '../plan/changed-since.ts';
import { recording } from './run/recording.ts';
import type { Context } from './run/context.ts';
import { readDeep } from './run/read.ts';
import { step } from './run/run.ts';
import { withRun } from './run/with-run.ts';

/** Paths in the order of the record; empty if nothing was applied yet. Rejects with a HoldfastError. */
export async function changedSinceApplied(context: Context): Promise<readonly string[]> {
  return withRun(context, { purpose: 'check' }, async (run) => {
    const { store, target, clock } = context;
    const { lastApplied } = run.state;
    if (!lastApplied) return [];
    step(run, 'observe', 'deep');
    const { live } = await readDeep(run, { keepFlat: false });
    const hash = (text: string): string => store.hash(text);
    const paths = changedSince(live, { lastApplied, policy: target.policy, hash });
    const lastDeepCheck = { at: clock.now(), inSync: paths.length === 0 };
    await recording(run, 'this check', () => store.update(target.name, { lastDeepCheck }));
    return paths;
  });
}
