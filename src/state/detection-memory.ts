// The last detected API generation of one target, stored in its state; implements the port of
// domain/state/memory.ts.
import type { Clock } from '../domain/clock.ts';
import type { DetectionMemory } from '../domain/state/memory.ts';
import type { Store } from './store.ts';

export function detectionMemoryOf(
  store: Store,
  target: string,
  clock: Pick<Clock, 'now'> = { now: Date.now },
): DetectionMemory {
  return {
    async recall(build) {
      const { detection } = await store.read(target);
      return detection?.build === build ? detection.api : undefined;
    },
    last: async () => (await store.read(target)).detection,
    remember: (build, api) => store.update(target, { detection: { build, api, at: clock.now() } }),
  };
}
