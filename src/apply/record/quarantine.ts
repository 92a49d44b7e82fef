// A revision that failed, or that someone rolled back, is not applied again until the files or secrets change, or you
// apply with --retry (§10.11). If it failed with --only, that is true only of plans that write there.
import { spokenBy } from '../../domain/desired.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { coversPath, parsePath } from '../../domain/path.ts';
import { pending } from '../../domain/plan/plan.ts';
import { problem } from '../../domain/problem/problem.ts';
import type { Journal, Quarantine } from '../../domain/state/state.ts';
import { scopeOf } from '../../plan/diff/scope.ts';
import type { ReconcileRequest } from '../run/context.ts';
import { conclude } from './outcome.ts';
import type { StatePatch } from '../../state/store.ts';
import type { Run } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

/** The outcome if this revision is quarantined and nobody requested a retry. */
export function quarantined(
  run: Run,
  planned: PlannedTarget,
  request: ReconcileRequest,
): Outcome | undefined {
  const { quarantine } = run.state;
  if (!quarantine || request.retry || !concerns(quarantine, planned)) return undefined;
  const { since, reason, by, only } = quarantine;
  const where = only ? ` at ${only.join(', ')}` : '';
  const message =
    by === undefined ? `this revision failed before${where}: ${reason}` : `this revision waits: ${reason}`;
  const found = problem('HF5030', message, { target: run.context.target.name });
  const { plan } = planned.prepared;
  return conclude(run, { kind: 'quarantined', since, reason, ...(by !== undefined && { by }), plan }, [
    found,
  ]);
}

function concerns(
  { revision, only }: Quarantine,
  { desired, input: { dialect }, prepared: { plan } }: PlannedTarget,
): boolean {
  if (revision !== desired.revision.digest) return false;
  if (!only) return true;
  const failed = scopeOf(only.map(parsePath), dialect.catalog.layout, spokenBy(desired));
  return pending(plan).some(({ path }) => failed.covers(parsePath(path)));
}

/** State in which what the transaction tried isn't tried again. */
export const quarantineOf = (
  { context: { clock } }: Run,
  { revision, only }: Pick<Journal, 'revision' | 'only'>,
  reason: string,
): { readonly quarantine: Quarantine } => ({
  quarantine: { revision: revision.digest, since: clock.now(), reason, ...(only && { only }) },
});

/** A quarantine ends with a verified apply of everything that it concerns. */
export function liftedBy({ state: { quarantine } }: Run, { only }: Pick<Journal, 'only'>): StatePatch {
  if (!only) return { quarantine: undefined };
  const applied = only.map(parsePath);
  const isOver = quarantine?.only
    ?.map(parsePath)
    .every((path) => applied.some((pattern) => coversPath(pattern, path)));
  return isOver ? { quarantine: undefined } : {};
}
