// The one end of a transaction: after a commit, a rollback, a restore, or the recovery of a crash. What the next run
// needs is recorded before the journal is closed; where it can't be, the next run completes the record from the journal.
import type { Evidence, OutcomeKind } from '../../domain/outcome/outcome.ts';
import type { HoldfastError } from '../../domain/problem/problem.ts';
import type { HistoryEntry, Journal } from '../../domain/state/state.ts';
import type { StatePatch } from '../../state/store.ts';
import { attempted, recording } from '../run/recording.ts';
import { measured } from '../run/pace.ts';
import type { Run } from '../run/run.ts';

export interface Ending {
  readonly outcome: OutcomeKind;
  readonly evidence: readonly Evidence[];
  readonly problems?: readonly string[];
  /** State that the next run needs, and what it is in words. */
  readonly remembers?: { readonly what: string; readonly state: StatePatch };
  /** Keeps the backup when old ones are removed. */
  readonly pinsBackup?: boolean;
  /** A person must decide first; the journal stays open. */
  readonly unresolved?: boolean;
}

/** Returns the first failure of the state directory, which the outcome reports; undefined: all is recorded. */
export async function endTransaction(
  run: Run,
  journal: Journal,
  ending: Ending,
): Promise<HoldfastError | undefined> {
  const { store, target } = run.context;
  const unkept = await remember(run, ending);
  if (ending.pinsBackup)
    await recording(run, 'that the backup is kept', () => store.pinBackup(target.name, journal.backup));
  const untold = journal.sent > 0 ? await recordEnd(run, journal, ending) : undefined;
  const refused = unkept ?? untold;
  return refused ?? (ending.unresolved ? undefined : closeJournal(run));
}

/** Nothing was sent: the journal is closed without an entry, unless it is the one of an earlier transaction. */
export async function abandon(run: Run, error: unknown, earlier?: Journal): Promise<never> {
  if (!earlier) await closeJournal(run);
  else if ((await run.context.store.journal(run.context.target.name))?.id !== earlier.id)
    await attempted(() => run.context.store.writeJournal(run.context.target.name, earlier));
  await attempted(() => run.context.store.update(run.context.target.name, measured(run)));
  throw error;
}

/** A failure to record the measurements alone is not reported. */
async function remember(run: Run, { remembers }: Ending): Promise<HoldfastError | undefined> {
  const { store, target } = run.context;
  const update = (): Promise<unknown> => store.update(target.name, { ...remembers?.state, ...measured(run) });
  if (remembers) return recording(run, remembers.what, update);
  await attempted(update);
  return undefined;
}

const closeJournal = (run: Run): Promise<HoldfastError | undefined> =>
  recording(run, 'that the transaction has ended', () =>
    run.context.store.closeJournal(run.context.target.name),
  );

const recordEnd = (run: Run, journal: Journal, ending: Ending): Promise<HoldfastError | undefined> =>
  recording(run, 'the history entry', () => record(run, journal, ending));

/** One history entry per transaction, even if its end is found several times. */
async function record(run: Run, journal: Journal, ending: Ending): Promise<void> {
  const { store, target, clock } = run.context;
  const earlier = await store.history(target.name, 1);
  if (earlier[0]?.id === journal.id && earlier[0].outcome === ending.outcome) return;
  const at = clock.now();
  const entry: HistoryEntry = {
    id: journal.id,
    at,
    outcome: ending.outcome,
    revision: journal.revision,
    planDigest: journal.planDigest,
    changes: journal.changes ?? [],
    writes: journal.writes ?? [],
    backup: journal.backup,
    evidence: ending.evidence,
    problems: ending.problems ?? [],
    durationMs: at - journal.openedAt,
    requests: run.client.counts(),
    ...(journal.by !== undefined && { by: journal.by }),
    ...(journal.bisection && { bisection: journal.bisection }),
  };
  await store.appendHistory(target.name, entry);
}
