// Authentication failures of one target, stored in its state; implements the port of domain/state/memory.ts.
import type { AuthMemory } from '../domain/state/memory.ts';
import type { Sealed } from '../domain/secret.ts';
import type { Store } from './store.ts';

export function authMemoryOf(store: Store, target: string): AuthMemory {
  const fingerprint = (keys: readonly Sealed<string>[]): string =>
    store.hash(JSON.stringify(['management-keys', ...keys.map((key) => key.open()).toSorted()]));
  return {
    async blocked(keys) {
      const { authBlock } = await store.read(target);
      return authBlock?.keys === fingerprint(keys) ? authBlock : undefined;
    },
    remember: (keys, { until, reason, banned }) =>
      store.update(target, { authBlock: { until, reason, banned, keys: fingerprint(keys) } }),
    clear: () => store.update(target, { authBlock: undefined }),
    workingKey: async () => (await store.read(target)).workingKey,
    async worked(index) {
      const { authBlock, workingKey } = await store.read(target);
      if (authBlock !== undefined || workingKey !== index)
        await store.update(target, { authBlock: undefined, workingKey: index });
    },
  };
}
