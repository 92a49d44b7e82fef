// The state of targets as commands use it: what it knows of earlier secrets is known to the streams, and what it is given
// for people to read holds none.
import { recogniserOf } from '../desired/origins.ts';
import type { Store } from '../state/store.ts';
import type { Io } from './io.ts';

export function guardedStore(store: Store, io: Pick<Io, 'recognise' | 'redact'>): Store {
  const redact = <T>(value: T): T => io.redact?.(value) ?? value;
  const learnt = new Map<string, string>();
  return {
    ...store,
    async read(target) {
      const state = await store.read(target);
      const secrets = state.origins?.secrets.join('\n') ?? '';
      if (state.origins && learnt.get(target) !== secrets) {
        learnt.set(target, secrets);
        io.recognise?.(
          target,
          recogniserOf(state.origins, (text) => store.hash(text)),
        );
      }
      return state;
    },
    update: (target, patch) =>
      store.update(target, patch.lastOutcome ? { ...patch, lastOutcome: redact(patch.lastOutcome) } : patch),
    writeJournal: (target, journal) => {
      const { changes, writes } = journal;
      const said = {
        ...(changes && { changes: redact(changes) }),
        ...(writes && { writes: redact(writes) }),
      };
      return store.writeJournal(target, { ...journal, ...said });
    },
    appendHistory: (target, entry) => store.appendHistory(target, redact(entry)),
  };
}
