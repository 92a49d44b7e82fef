// The entry point of the engine: check a target (`check`), make it equal to the files (`reconcile`), restore a
// backup (`restore`), resolve a crash (`recover`), take a backup (`backUp`). None of them throws because of a gateway,
// a file or a person, except the last one: it has no outcome and rejects with a HoldfastError.
import type { BackupRecord } from '../domain/state/backup.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { bisectAfter } from './bisect.ts';
import { takeBackup } from './record/backup.ts';
import { checkUnderLock } from './check.ts';
import type { Context, ReconcileRequest, RestoreRequest } from './run/context.ts';
import { conclude } from './record/outcome.ts';
import { readFirst } from './run/read.ts';
import { reconcileUnderLock } from './reconcile.ts';
import { resolveJournal } from './rollback/recover.ts';
import { restoreUnderLock } from './rollback/restore.ts';
import { withRun } from './run/with-run.ts';
import { withLock } from './steps/with-lock.ts';

export type { Checkpoint, Context, ReconcileRequest, RestoreRequest, RestoreSummary } from './run/context.ts';
export { Crash } from './run/context.ts';

/** Plan, diff and drift: observes, plans and writes nothing. The outcome contains the plan. */
export async function check(context: Context, request: ReconcileRequest = {}): Promise<Outcome> {
  return withLock(context, { purpose: 'looking', waitMs: request.waitMs }, (run) =>
    checkUnderLock(run, request),
  );
}

/** Observe → plan → transaction (design §10); where the policy says so, parts of a revision that failed follow. */
export async function reconcile(context: Context, request: ReconcileRequest = {}): Promise<Outcome> {
  const frame = { purpose: 'reconcile', waitMs: request.waitMs, remembers: () => !request.dryRun };
  const outcome = await withLock(context, frame, (run) => reconcileUnderLock(run, request));
  return bisectAfter(context, request, outcome);
}

/** Restores a backup, as a transaction of its own. */
export async function restore(context: Context, request: RestoreRequest): Promise<Outcome> {
  // A gateway that matches a backup doesn't have to match the files.
  const remembers = ({ kind }: Outcome): boolean =>
    !request.dryRun && kind !== 'invalid' && kind !== 'in-sync';
  return withLock(context, { purpose: 'restore', remembers }, (run) => restoreUnderLock(run, request));
}

/**
 * Resolves an open journal (design §10.10): `in-sync` if nothing is open any more, `rollback-failed` if a person
 * must decide. `reconcile` calls it automatically.
 */
export async function recover(context: Context): Promise<Outcome> {
  return withLock(context, { purpose: 'recovery' }, async (run) => {
    const recovery = await resolveJournal(run);
    if (recovery.kind === 'left') return recovery.outcome;
    return conclude(recovery.run, { kind: 'in-sync', depth: 'shallow' });
  });
}

/** Takes a backup now. It is pinned, because someone requested it. */
export async function backUp(context: Context): Promise<BackupRecord> {
  return withRun(context, { purpose: 'backup' }, async (run) => {
    const { live } = await readFirst(run, { keepFlat: false, purpose: 'backup' });
    return takeBackup(run, live, 'manual');
  });
}
