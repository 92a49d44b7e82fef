// Restores a backup on request: a transaction with a backup of its own before it. This is the only code that may
// write to a v7 gateway that runs on a v8 file (design §7).
import type { Backup, BackupRecord } from '../../domain/state/backup.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import { formatPath, type Path } from '../../domain/path.ts';
import { fail, problem } from '../../domain/problem/problem.ts';
import type { Journal } from '../../domain/state/state.ts';
import type { Target } from '../../domain/target.ts';
import type { Tree } from '../../lib/value.ts';
import { restoreWrite } from '../../plan/route/rollback/rollback-writes.ts';
import { compared, readStored, type StoredFile } from '../record/stored-backup.ts';
import { requireLasting, takeBackup } from '../record/backup.ts';
import { expectationOf, takeBaseline } from '../steps/behaviour.ts';
import { abandon, endTransaction } from '../record/end.ts';
import type { RestoreRequest, RestoreSummary } from '../run/context.ts';
import { quietPeriod } from '../steps/quiet-period.ts';
import { foreignEvidence, judgeFile, keptProblem, type Redaction } from '../steps/foreign-edits.ts';
import { contentIn, differences, publicPath } from '../run/compare.ts';
import { contentHash, noteSending, opened } from '../record/journal.ts';
import { conclude } from '../record/outcome.ts';
import { type RestoredFile, type NotRestored, restoreFile, withRuntime } from './restore-file.ts';
import { type DeepLive, readFirst } from '../run/read.ts';
import { recording } from '../run/recording.ts';
import { placesBetween } from '../record/own-places.ts';
import { besideOthers, byHand } from './remedy.ts';
import { earlierTexts, notice, type Run, step, type LiveRun } from '../run/run.ts';
import type { Baseline, Expectation } from '../types/behaviour.ts';

export async function restoreUnderLock(under: Run, request: RestoreRequest): Promise<Outcome> {
  const choice = await chosen(under, request);
  step(under, 'observe');
  const { run, live } = await readFirst(under, { keepFlat: false });
  const { dialect } = run;
  const stored = 'kept' in choice ? compared(run, choice.kept) : await readStored(run, choice.id);
  const summary = summaryOf(run, stored, live);
  if (request.confirm && !(await request.confirm(summary)))
    throw fail('HF5007', "the restore wasn't confirmed");
  if (summary.same) return unchanged(run, request);
  if (request.dryRun) return conclude(run, { kind: 'drifted', depth: 'deep', wouldChange: places(summary) });
  const way = restoreWrite(stored.file.text, dialect);
  if (!way.ok) throw fail('HF5041', way.verdicts.map(({ message }) => message).join('; '));
  requireLasting(run);
  // From here on steps by hand and a recovery after a crash need it where every backup is.
  if ('kept' in choice) await run.context.store.addBackup({ ...choice.kept, pinned: true });
  const expected = expectationOf(contentIn(live.file, dialect), contentIn(stored.file, dialect));
  const baseline = await takeBaseline(run, expected);
  const backup = await takeBackup(run, live, 'before-restore');
  const earlier = await run.context.store.journal(run.context.target.name);
  const journal = await journalOf(run, {
    earlier,
    stored,
    live,
    backup,
    summary,
    predicted: way.write.prediction.file.open(),
  });
  // The last read before the request, and the journal entry for it. If either fails, nothing was sent.
  const sending = await quietPeriod(run, live)
    .then(() => noteSending(run, journal))
    .catch((error: unknown) => abandon(run, error, earlier));
  const [before, ours] = [contentIn(stored.file, dialect), contentIn(live.file, dialect)];
  const back = await restoreFile(run, {
    way,
    now: live,
    proposed: stored.file,
    judge: (now) => judgeFile(run, before, ours, now),
    what: `backup ${stored.record.id}`,
  });
  return ended(run, sending, { stored, backup, back, baseline, expected, request });
}

/** The record is written under the same lock, so that no check comes between. */
async function unchanged(run: Run, { dryRun, remembers }: RestoreRequest): Promise<Outcome> {
  const { store, target, clock } = run.context;
  if (remembers && !dryRun)
    await recording(run, WHAT_IS_REMEMBERED, () => store.update(target.name, remembers(clock.now())));
  return conclude(run, { kind: 'in-sync', depth: 'deep' });
}

const WHAT_IS_REMEMBERED = 'that the apply was rolled back';

async function chosen(
  run: Run,
  { backup, anyGateway = false }: RestoreRequest,
): Promise<Exclude<RestoreRequest['backup'], 'latest'>> {
  const { store, target } = run.context;
  if (backup !== 'latest') {
    if ('kept' in backup && !anyGateway) refuseOther(target, backup.kept);
    return 'kept' in backup ? { kept: { ...backup.kept, target: target.name } } : backup;
  }
  const [newest] = await store.listBackups(target.name);
  if (!newest) throw fail('HF5040', `${target.name} has no backup`, { target: target.name });
  return newest;
}

function refuseOther({ name, url }: Target, backup: Backup): void {
  const other = backup.target === name ? backup.url : `target ${backup.target}`;
  if (other === undefined || other === url.href) return;
  throw fail('HF5042', `backup ${backup.id} is from ${other}, and ${name} is ${url.href}`, { target: name });
}

function summaryOf(run: LiveRun, { record: backup, file }: StoredFile, live: DeepLive): RestoreSummary {
  const { dialect } = run;
  const { catalog } = dialect;
  const [now, then] = [contentIn(live.file, dialect), contentIn(file, dialect)];
  const paths = differences(now, then, catalog);
  const known = earlierTexts(run);
  const at = (tree: Tree, path: Path): boolean => holds(tree, path);
  const texts = (proposed: (path: Path) => boolean): readonly string[] => [
    ...new Set(paths.filter(proposed).map((path) => formatPath(publicPath(path, catalog, known)))),
  ];
  return {
    backup: backup.id,
    takenAt: backup.at,
    added: texts((path) => !at(now, path)),
    removed: texts((path) => at(now, path) && !at(then, path)),
    changed: texts((path) => at(now, path) && at(then, path)),
    same: live.file.hash === file.hash,
  };
}

/** Zero if only the spelling of the file differs. */
function places({ added, removed, changed }: RestoreSummary): number {
  return added.length + removed.length + changed.length;
}

/** Whether a mapping has a value at a path; below a list, the list decides. */
function holds(tree: Tree, path: Path): boolean {
  let at: unknown = tree;
  for (const { kind, name } of path) {
    if (kind === 'entry' || Array.isArray(at)) return true;
    if (typeof at !== 'object' || at === null || !Object.hasOwn(at, name ?? '')) return false;
    at = (at as Readonly<Record<string, unknown>>)[name ?? ''];
  }
  return true;
}

interface Journalled {
  readonly earlier: Journal | undefined;
  readonly stored: StoredFile;
  readonly live: DeepLive;
  readonly backup: BackupRecord;
  readonly summary: RestoreSummary;
  readonly predicted: Tree;
}

async function journalOf(
  run: LiveRun,
  { earlier, stored, live, backup, summary, predicted }: Journalled,
): Promise<Journal> {
  const { context } = run;
  const journal: Journal = {
    id: context.newId(),
    openedAt: context.clock.now(),
    planDigest: '',
    revision: { digest: '' },
    backup: backup.id,
    before: contentHash(run, contentIn(live.file, run.dialect)),
    predicted: [contentHash(run, predicted)],
    ours: placesBetween(run, contentIn(live.file, run.dialect), predicted),
    sent: 0,
    footprint: [...summary.added, ...summary.removed, ...summary.changed],
    phase: 'open',
    changes: [`restore ${stored.record.id}`],
    writes: ['PUT /v0/management/config.yaml'],
    ...(context.by !== undefined && { by: context.by }),
  };
  return opened(run, live, journal, earlier);
}

interface Ending {
  readonly stored: StoredFile;
  readonly backup: BackupRecord;
  readonly back: RestoredFile | NotRestored;
  readonly baseline: Baseline;
  readonly expected: Expectation;
  readonly request: RestoreRequest;
}

async function ended(
  run: LiveRun,
  journal: Journal,
  { stored, backup, back, baseline, expected, request }: Ending,
): Promise<Outcome> {
  const { target } = run.context;
  const proven = back.kind === 'back' ? await withRuntime(run, back, baseline, expected) : back;
  const redaction: Redaction = { run, known: earlierTexts(run) };
  const evidence = [...proven.evidence, ...foreignEvidence(redaction, proven.foreign ?? [])];
  if (proven.kind === 'failed') {
    await endTransaction(run, journal, {
      outcome: 'rollback-failed',
      evidence,
      problems: [proven.reason],
      unresolved: true,
    });
    const isAlone = (proven.foreign ?? []).length === 0;
    const remedy = isAlone ? byHand(run, stored.record.id) : besideOthers(run, stored.record.id, journal);
    const found = problem('HF5020', proven.reason, { target: target.name, remedy: remedy.join(' ') });
    return conclude(
      run,
      { kind: 'rollback-failed', backup: backup.id, reason: proven.reason, remedy, evidence },
      [found],
    );
  }
  const state = request.remembers?.(run.context.clock.now());
  const remembers = state && { what: WHAT_IS_REMEMBERED, state };
  await endTransaction(run, journal, {
    outcome: 'restored',
    evidence,
    pinsBackup: true,
    ...(remembers && { remembers }),
  });
  const { foreign } = proven;
  if (foreign.length > 0) notice(run, keptProblem(redaction, foreign));
  const witnessed = expected.added.length + expected.removed.length > 0;
  return conclude(run, {
    kind: 'restored',
    restored: stored.record.id,
    backup: backup.id,
    fidelity: proven.fidelity,
    runtime: witnessed ? 'proven' : 'unproven',
    evidence,
  });
}
