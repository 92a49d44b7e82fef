// The state of targets as commands use it: the streams know the secrets of earlier runs, and what is stored contains
// no secret in plain text.
import { hashedSecrets } from '../desired/read/origins.ts';
import type { BeforeApply, Journal, LastApplied } from '../domain/state/state.ts';
import type { Store } from '../state/store.ts';
import type { Io } from './io.ts';
import { sealedKeys } from './sealed-keys.ts';

export function guardedStore(store: Store, io: Pick<Io, 'recognise' | 'redact'>): Store {
  const redact = <T>(value: T): T => io.redact?.(value) ?? value;
  const keys = sealedKeys(store.hash('keys of the state'), (text) => redact(text) !== text);
  return {
    ...store,
    async read(target) {
      const state = await store.read(target);
      if (state.origins)
        io.recognise?.(
          target,
          hashedSecrets(state.origins, (text) => store.hash(text)),
        );
      return withApplied(state, keys.open);
    },
    update: (target, patch) =>
      store.update(target, {
        ...withApplied(patch, keys.seal),
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
    changeRollout: (change) =>
      store.changeRollout((before) => {
        const next = change(before);
        return next && next !== before ? redact(next) : next;
      }),
  };
}

interface Applied {
  readonly lastApplied?: LastApplied | undefined;
  readonly beforeApply?: BeforeApply | undefined;
}

type Change = (lastApplied: LastApplied) => LastApplied;

/** Every record of an apply in it changed: the last one, and the one that a rollback restores. */
function withApplied<T extends Applied>(record: T, change: Change): T {
  const { lastApplied, beforeApply } = record;
  return {
    ...record,
    ...(lastApplied && { lastApplied: change(lastApplied) }),
    ...(beforeApply?.lastApplied && {
      beforeApply: { ...beforeApply, lastApplied: change(beforeApply.lastApplied) },
    }),
  };
}

const withRemembered = (journal: Journal, change: Change): Journal =>
  journal.remembered ? { ...journal, remembered: withApplied(journal.remembered, change) } : journal;
