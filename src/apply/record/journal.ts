// The transaction as it is written to disk before the first request, so that a later run can resolve a crash. It
// contains hashes keyed by the Store, paths and IDs, and never a value.
import type { BackupRecord } from '../../domain/state/backup.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { changeText } from '../../domain/plan/change-text.ts';
import { pending, remaining } from '../../domain/plan/plan.ts';
import type { BeforeApply, Journal } from '../../domain/state/state.ts';
import { canonicalJson } from '../../lib/stable-json.ts';
import type { Tree } from '../../lib/value.ts';
import type { PreparedWrite, Write } from '../../domain/plan/write.ts';
import { remember, rememberedTexts } from '../../plan/last-applied.ts';
import { contentIn } from '../run/compare.ts';
import { placesBetween } from './own-places.ts';
import type { DeepLive } from '../run/read.ts';
import { attempted } from '../run/recording.ts';
import { type Run, reached, step, type LiveRun } from '../run/run.ts';
import type { PlannedTarget } from '../types/planned-target.ts';

export async function openJournal(
  run: LiveRun,
  planned: PlannedTarget<DeepLive>,
  backup: BackupRecord,
): Promise<Journal> {
  const { context } = run;
  const { plan, writes } = planned.prepared;
  const before = contentIn(planned.live.file, run.dialect);
  const journal: Journal = {
    id: context.newId(),
    openedAt: context.clock.now(),
    planDigest: plan.digest.value,
    revision: plan.revision,
    backup: backup.id,
    before: contentHash(run, before),
    ours: placesBetween(run, before, planned.prepared.prediction?.file.open() ?? before),
    predicted: writes.map(({ prediction }) => contentHash(run, prediction.file.open())),
    sent: 0,
    footprint: footprintOf(plan, writes),
    ...(plan.only && { only: plan.only }),
    ...(remaining(plan) > 0 && { remains: remaining(plan) }),
    phase: 'open',
    keptFlat: planned.live.keptFlat !== undefined,
    remembered: { ...remember(planned.input, planned.prepared), beforeApply: recordedNow(run, backup) },
    changes: pending(plan).map(changeText),
    writes: writes.map(({ write }) => writeText(write)),
    ...(context.by !== undefined && { by: context.by }),
    ...heldIn(plan),
    ...(run.trying && { bisection: run.trying }),
  };
  // Whatever the writes do: what they may leave on the gateway is known as a secret from now on.
  await context.store.update(context.target.name, { origins: rememberedTexts(planned.input) });
  return opened(run, planned.live, journal);
}

function heldIn({ changes }: Plan): Pick<Journal, 'quarantined'> {
  const held = changes.filter(({ quarantined }) => quarantined).map(({ path }) => path);
  return held.length > 0 ? { quarantined: held } : {};
}

function recordedNow({ state }: Run, { id }: BackupRecord): BeforeApply {
  const { lastApplied, released = [] } = state;
  return { backup: id, ...(lastApplied && { lastApplied }), released };
}

/**
 * Writes a new journal to disk, after reserving space for its final record. Rejects if there isn't enough space. `earlier`:
 * the open one of a transaction that was interrupted, which stays until the first request of this one is sent.
 */
export async function opened(
  run: Run,
  live: DeepLive,
  journal: Journal,
  earlier?: Journal,
): Promise<Journal> {
  const { store, target } = run.context;
  const texts = [live.file.text.open(), JSON.stringify(live.memory.open()), JSON.stringify(journal)];
  try {
    await store.reserve(target.name, Buffer.byteLength(texts.join('')));
    if (!earlier) await store.writeJournal(target.name, journal);
  } catch (error) {
    if (!earlier) await attempted(() => store.closeJournal(target.name));
    throw error;
  }
  step(run, 'journal');
  reached(run, 'journalled');
  return journal;
}

export const writeText = ({ method, path }: Pick<Write, 'method' | 'path'>): string => `${method} ${path}`;

/**
 * Records that a request is about to be sent: from now on, a crash leaves the gateway in an unknown state. Rejects
 * if the first record can't be written; the later ones are optional.
 */
export async function noteSending(run: Run, journal: Journal): Promise<Journal> {
  const noted = { ...journal, sent: journal.sent + 1 };
  const refused = await attempted(() => run.context.store.writeJournal(run.context.target.name, noted));
  if (refused && journal.sent === 0) throw refused;
  return noted;
}

export async function noteRollingBack(run: Run, journal: Journal): Promise<Journal> {
  return rewrite(run, { ...journal, phase: 'rolling-back' });
}

/** After a change by others: what precedes the rest of the plan, and what the rest leads to. */
export async function rebaseJournal(
  run: LiveRun,
  journal: Journal,
  { prepared, live }: PlannedTarget<DeepLive>,
  without: Tree,
): Promise<Journal> {
  const { plan, writes } = prepared;
  const { remains: _remains, ...rest } = journal;
  return rewrite(run, {
    ...rest,
    ...(remaining(plan) > 0 && { remains: remaining(plan) }),
    before: contentHash(run, without),
    predicted: [
      ...journal.predicted.slice(0, journal.sent),
      contentHash(run, contentIn(live.file, run.dialect)),
      ...writes.map(({ prediction }) => contentHash(run, prediction.file.open())),
    ],
    footprint: [...new Set([...journal.footprint, ...footprintOf(plan, writes)])],
    writes: [
      ...(journal.writes ?? []).slice(0, journal.sent),
      ...writes.map(({ write }) => writeText(write)),
    ],
  });
}

/** The transaction has begun, so it doesn't depend on this record. */
async function rewrite(run: Run, journal: Journal): Promise<Journal> {
  await attempted(() => run.context.store.writeJournal(run.context.target.name, journal));
  return journal;
}

/** Every path that the writes of a plan may change, as text. */
export function footprintOf(
  plan: Pick<Plan, 'changes'>,
  writes: readonly PreparedWrite[],
): readonly string[] {
  const made = new Set(writes.flatMap(({ write }) => write.makes));
  const changed = plan.changes.filter(({ id }) => made.has(id)).map(({ path }) => path);
  const allowed = writes.flatMap(({ write: { footprint } }) => [
    ...footprint.paths,
    ...footprint.defaults,
    ...(footprint.secretHash ? ['remote-management.secret-key', 'management.secret-key'] : []),
  ]);
  return [...new Set([...changed, ...allowed])].filter((path) => path !== '');
}

/** Keyed hash of the content of a file. Two files with the same meaning have the same hash, whatever their layout. */
export function contentHash(run: Run, content: Tree): string {
  return run.context.store.hash(canonicalJson(content));
}
