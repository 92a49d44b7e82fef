// A revision that failed, or that someone rolled back, is not applied again until the files or secrets change, or you
// apply with --retry (§10.11). If it failed with --only, that is true only of plans that write there; if a bisection found
// what fails, only that waits.
import { type Desired, spokenBy } from '../../domain/desired.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { coversPath, parsePath } from '../../domain/path.ts';
import { pending } from '../../domain/plan/plan.ts';
import { problem, type Problem } from '../../domain/problem/problem.ts';
import { foundText, type QuarantinedPart } from '../../domain/outcome/quarantine.ts';
import type { Journal, Quarantine } from '../../domain/state/state.ts';
import { scopeOf } from '../../plan/diff/scope.ts';
import type { ReconcileRequest } from '../run/context.ts';
import { conclude } from './outcome.ts';
import type { StatePatch, TargetState } from '../../state/store.ts';
import type { Run } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

/** The outcome if this revision is quarantined and nobody requested a retry. */
export function quarantined(
  run: Run,
  planned: PlannedTarget,
  request: ReconcileRequest,
): Outcome | undefined {
  const { quarantine } = run.state;
  if (!quarantine || request.retry || run.trying || !concerns(quarantine, planned)) return undefined;
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
  { revision, only, parts }: Quarantine,
  { desired, input: { dialect }, prepared: { plan } }: PlannedTarget,
): boolean {
  if (revision !== desired.revision.digest || parts) return false;
  if (!only) return true;
  const failed = scopeOf(only.map(parsePath), dialect.catalog.layout, spokenBy(desired));
  return pending(plan).some(({ path }) => failed.covers(parsePath(path)));
}

/** Paths whose changes a plan of these files holds. */
export function heldParts(
  { quarantine }: TargetState,
  { revision }: Pick<Desired, 'revision'>,
  { retry }: Pick<ReconcileRequest, 'retry'>,
): readonly string[] {
  if (retry || quarantine?.revision !== revision.digest) return [];
  return (quarantine.parts ?? []).map(({ path }) => path);
}

/** The outcome if only changes that wait are left; undefined if the plan has none. */
export function partlyQuarantined(run: Run, { prepared: { plan } }: PlannedTarget): Outcome | undefined {
  const { quarantine } = run.state;
  if (!quarantine?.parts || plan.changes.every((change) => !change.quarantined)) return undefined;
  const { since, reason, parts } = quarantine;
  const { name } = run.context.target;
  const problems = parts.map((part) => problemOf(part, name));
  return conclude(run, { kind: 'quarantined', since, reason, parts, plan }, problems);
}

function problemOf({ path, position, reason }: QuarantinedPart, target: string): Problem {
  const where = { path, position, target };
  return reason === undefined
    ? problem('HF5071', `${path} wasn't tried: the bisection had no tries left`, where)
    : problem('HF5070', `${path} failed: ${reason}`, where);
}

/** State in which what the transaction tried isn't tried again. */
export function quarantineOf(
  { context: { clock }, state: { quarantine } }: Run,
  { revision, only, bisection }: Pick<Journal, 'revision' | 'only' | 'bisection'>,
  reason: string,
): { readonly quarantine: Quarantine } {
  const known = quarantine?.revision === revision.digest ? quarantine : undefined;
  // The bisection records the result of its tries.
  if (bisection && known) return { quarantine: known };
  const more = only?.map((path): QuarantinedPart => ({ path, changes: 1, reason }));
  if (more && known?.parts)
    return { quarantine: withParts(known, { revision, parts: [...known.parts, ...more] }) };
  return {
    quarantine: {
      revision: revision.digest,
      since: clock.now(),
      reason,
      ...(only && { only }),
      ...(known?.bisection && { bisection: { ...known.bisection, over: true } }),
    },
  };
}

/** The same quarantine of these parts. */
export function withParts(
  { only: _whole, ...known }: Quarantine,
  { parts, revision }: Pick<Required<Quarantine>, 'parts'> & Pick<Journal, 'revision'>,
): Quarantine {
  const total = known.bisection?.total ?? parts.length;
  return { ...known, parts, reason: foundText({ parts, total, revision }) };
}

/** A quarantine ends with a verified apply of everything that it concerns. */
export function liftedBy(
  { state: { quarantine } }: Run,
  journal: Pick<Journal, 'only' | 'quarantined' | 'bisection' | 'revision'>,
): StatePatch {
  const { only, quarantined: held, bisection, revision } = journal;
  if (bisection || (held && !only)) return {};
  if (!only) return { quarantine: undefined };
  const applied = only.map(parsePath);
  const isApplied = (path: string): boolean =>
    applied.some((pattern) => coversPath(pattern, parsePath(path))) && !held?.includes(path);
  if (quarantine?.parts && quarantine.revision === revision.digest) {
    const parts = quarantine.parts.filter(({ path }) => !isApplied(path));
    return { quarantine: parts.length > 0 ? withParts(quarantine, { parts, revision }) : undefined };
  }
  return quarantine?.only?.every(isApplied) ? { quarantine: undefined } : {};
}
