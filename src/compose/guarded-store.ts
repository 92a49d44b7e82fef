// The state of targets as commands use it: the streams know the secrets of earlier runs, and what is stored contains
// no secret in plain text.
import { recogniserOf } from '../desired/read/origins.ts';
import type { Journal } from '../domain/state/state.ts';
import type { Store } from '../state/store.ts';
import type { Io } from './io.ts';
import { sealedKeys } from './sealed-keys.ts';

export function guardedStore(store: Store, io: Pick<Io, 'recognise' | 'redact'>): Store {
  const redact = <T>(value: T): T => io.redact?.(value) ?? value;
  const keys = sealedKeys(store.hash('keys of the state'), (text) => redact(text) !== text);
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
      return { ...state, ...(state.lastApplied && { lastApplied: keys.open(state.lastApplied) }) };
    },
    update: (target, patch) =>
      store.update(target, {
        ...patch,
        ...(patch.lastApplied && { lastApplied: keys.seal(patch.lastApplied) }),
        ...(patch.lastOutcome && { lastOutcome: redact(patch.lastOutcome) }),
      }),
    async journal(target) {
      const found = await store.journal(target);
      return found && withRemembered(found, keys.open);
    },
    writeJournal: (target, journal) => {
      const { changes, writes } = journal;
      const said = {
        ...(changes && { changes: redact(changes) }),
        ...(writes && { writes: redact(writes) }),
      };
      return store.writeJournal(target, { ...withRemembered(journal, keys.seal), ...said });
    },
    appendHistory: (target, entry) => store.appendHistory(target, redact(entry)),
  };
}

type Remembered = NonNullable<Journal['remembered']>;

function withRemembered(
  journal: Journal,
  change: (lastApplied: Remembered['lastApplied']) => Remembered['lastApplied'],
): Journal {
  const { remembered } = journal;
  if (!remembered) return journal;
  return { ...journal, remembered: { ...remembered, lastApplied: change(remembered.lastApplied) } };
}
