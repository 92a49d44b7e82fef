// What was applied before there were settings: flags have a target without a name of its own. A target of the settings
// with the same address continues its memory, until it has one.
import { FLAGS_TARGET } from '../settings/from-flags.ts';
import type { Settings } from '../settings/settings.ts';
import type { Store } from '../state/store.ts';

export function inheritingStore(store: Store, { file, targets }: Pick<Settings, 'file' | 'targets'>): Store {
  if (file === undefined || targets.some(({ name }) => name === FLAGS_TARGET)) return store;
  return {
    ...store,
    async read(name) {
      const state = await store.read(name);
      if (state.lastApplied) return state;
      const { lastApplied, released, origins } = await store.read(FLAGS_TARGET);
      const url = targets.find((target) => target.name === name)?.url.href;
      if (!lastApplied || url === undefined || lastApplied.url !== url) return state;
      return {
        ...state,
        lastApplied,
        ...(released && !state.released && { released }),
        ...(origins && !state.origins && { origins }),
      };
    },
  };
}
