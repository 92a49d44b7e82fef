// Resolves a crash from the journal (design §10.10): not written → closed; as predicted → verified and committed;
// otherwise rolled back. It keeps what others changed in the meantime. If the journal is too old, a person decides.
import { isDeepStrictEqual } from 'node:util';
import type { LiveFile } from '../../domain/live.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Path } from '../../domain/path.ts';
import { fail, problem } from '../../domain/problem/problem.ts';
import type { Journal } from '../../domain/state/state.ts';
import type { Tree } from '../../lib/value.ts';
import type { StatePatch } from '../../state/store.ts';
import { inverseWrite, restoreWrite, type RollbackWrite } from '../../plan/route/rollback/rollback-writes.ts';
import type { LostComment } from '../../plan/types/lost-comment.ts';
import { takeBackup } from '../record/backup.ts';
import { readStored, type StoredFile } from '../record/stored-backup.ts';
import { expectationOf, takeBaseline } from '../steps/behaviour.ts';
import { provenState } from '../record/commit.ts';
import { endTransaction } from '../record/end.ts';
import { commentsOfOthers, keptComments } from '../steps/foreign-comments.ts';
import { judgeFile, keptProblem, type Redaction } from '../steps/foreign-edits.ts';
import { contentIn, isDestroyed, shownPaths, unexplained } from '../run/compare.ts';
import { contentHash } from '../record/journal.ts';
import { type Left, leftIn } from '../record/own-places.ts';
import { conclude } from '../record/outcome.ts';
import { isLoaded, loadedFrom, restoreFile, withRuntime } from './restore-file.ts';
import { liftedBy, quarantineOf } from '../record/quarantine.ts';
import { type DeepLive, readAnything, readFirst } from '../run/read.ts';
import { attempted, recording } from '../run/recording.ts';
import { besideOthers, byHand } from './remedy.ts';
import { awaitReload, earlierTexts, notice, type LiveRun, reached, type Run, step } from '../run/run.ts';

/** `go`: nothing is open any more, and the state of the run is fresh. `left`: a person must decide first. */
export type Recovery =
  { readonly kind: 'go'; readonly run: Run } | { readonly kind: 'left'; readonly outcome: Outcome };

/** Older journals aren't acted on, because what they record about the gateway is outdated. */
const OLDEST_MS = 15 * 60_000;

/** For work that doesn't resolve the journal, because that requires writes. */
export async function tellOfOpenJournal(run: Run): Promise<void> {
  const { store, target } = run.context;
  const journal = await store.journal(target.name);
  if (!journal) return;
  const message = `an earlier transaction (${journal.id}) was interrupted; the next apply resolves it`;
  notice(run, problem('HF5021', message, { target: target.name, severity: 'warning' }));
}

/** `keep`: keep what can't be resolved as it is, because a person requested that. */
export async function resolveJournal(run: Run, keep = false): Promise<Recovery> {
  const { store, target } = run.context;
  const journal = await store.journal(target.name);
  if (!journal) return { kind: 'go', run };
  step(run, 'recover', journal.id);
  const recovery = (await withoutLooking(run, journal)) ?? (await byLooking(run, journal));
  if (recovery.kind === 'left' && !keep) return recovery;
  if (recovery.kind === 'left') await keptAsItIs(run);
  return { kind: 'go', run: { ...run, state: await store.read(target.name) } };
}

/**
 * What the record shows without the gateway: the transaction had ended but its end wasn't recorded completely, or
 * nothing was sent.
 */
async function withoutLooking(run: Run, journal: Journal): Promise<Recovery | undefined> {
  const outcome = await endOf(run, journal);
  if (outcome === undefined) return journal.sent === 0 ? notWritten(run, journal) : undefined;
  const message = 'an earlier transaction had ended, and its record is now complete';
  const state = outcome === 'applied' ? { ...journal.remembered, ...liftedBy(run, journal) } : {};
  return closed(run, journal, outcome, message, state);
}

type Ended = 'applied' | 'restored' | 'rolled-back';

async function endOf({ context, state }: Run, { id, remembered }: Journal): Promise<Ended | undefined> {
  const entries = await context.store.history(context.target.name);
  const outcome = entries.find((entry) => entry.id === id)?.outcome;
  if (outcome === 'applied' || outcome === 'restored' || outcome === 'rolled-back') return outcome;
  return remembered && isDeepStrictEqual(state.lastApplied, remembered.lastApplied) ? 'applied' : undefined;
}

async function byLooking(run: Run, journal: Journal): Promise<Recovery> {
  await awaitReload(run);
  const opened = await readFirst(run, { keepFlat: journal.keptFlat === true });
  return resolve(opened.run, journal, opened.live);
}

async function keptAsItIs(run: Run): Promise<void> {
  const { store, target } = run.context;
  await store.closeJournal(target.name);
  notice(
    run,
    problem('HF5022', 'an unfinished transaction was closed; the gateway stays as it is', {
      target: target.name,
      severity: 'warning',
    }),
  );
}

async function resolve(run: LiveRun, journal: Journal, live: DeepLive): Promise<Recovery> {
  const now = contentHash(run, contentIn(live.file, run.dialect));
  if (now === journal.before) {
    await loadedFrom(run, live);
    return notWritten(run, journal);
  }
  if (now === journal.predicted.at(-1) && journal.phase === 'open')
    return asPredicted(run, journal, await loadedFrom(run, live));
  return between(run, journal, live);
}

async function notWritten(run: Run, journal: Journal): Promise<Recovery> {
  const undone = journal.sent > 0 ? 'nothing that it sent had an effect' : 'it had sent nothing';
  return closed(run, journal, 'rolled-back', `an earlier transaction was closed: ${undone}`);
}

async function asPredicted(run: LiveRun, journal: Journal, live: DeepLive): Promise<Recovery> {
  const served = await servedFrom(run, journal, live);
  // A reload that was forced meanwhile can have changed the file.
  return served
    ? committed(run, journal, served)
    : between(run, journal, await readAnything(run, 'roll-back'));
}

/**
 * The gateway if it runs what its file says, as after any apply: memory is loaded, and callers get what the change
 * means for them. Undefined if it doesn't. Without the backup, nothing says what changes for callers.
 */
async function servedFrom(run: LiveRun, journal: Journal, live: DeepLive): Promise<DeepLive | undefined> {
  if (!isLoaded(live)) return undefined;
  let stored: StoredFile | undefined;
  const unread = await attempted(async () => {
    stored = await readStored(run, journal.backup);
  });
  if (unread || !stored) return live;
  const { dialect } = run;
  const change = expectationOf(contentIn(stored.file, dialect), contentIn(live.file, dialect));
  const expected = { ...change, aliases: [] };
  const baseline = await takeBaseline(run, expected);
  const loaded = { kind: 'back', fidelity: 'exact', live, evidence: [], foreign: [] } as const;
  const ended = await withRuntime(run, loaded, baseline, expected);
  return ended.kind === 'back' ? ended.live : undefined;
}

async function committed(run: LiveRun, journal: Journal, live: DeepLive): Promise<Recovery> {
  return closed(
    run,
    journal,
    journal.remembered ? 'applied' : 'restored',
    'an earlier transaction had made its changes, and was verified and committed',
    provenState(run, journal, live),
  );
}

/** Rejects where the state directory refuses: nothing is written to the gateway while a journal is open. */
async function closed(
  run: Run,
  journal: Journal,
  outcome: Ended,
  message: string,
  state: StatePatch = {},
): Promise<Recovery> {
  const { target } = run.context;
  notice(run, problem('HF5022', message, { target: target.name, severity: 'warning' }));
  const isNew =
    journal.phase === 'rolling-back' && run.state.quarantine?.revision !== journal.revision.digest;
  const failed = isNew ? quarantineOf(run, journal, 'it failed, and its rollback was interrupted') : {};
  const refused = await endTransaction(run, journal, {
    outcome,
    evidence: [{ check: 'recovered', passed: true, detail: message }],
    remembers: { what: 'how an earlier transaction ended', state: { ...state, ...failed } },
  });
  if (refused) throw refused;
  reached(run, outcome === 'rolled-back' ? 'rolled-back' : 'committed');
  return { kind: 'go', run };
}

async function between(run: LiveRun, journal: Journal, live: DeepLive): Promise<Recovery> {
  const { clock } = run.context;
  const { dialect } = run;
  const stored = await readStored(run, journal.backup);
  const before = contentIn(stored.file, dialect);
  const actual = contentIn(live.file, dialect);
  const owned = isDestroyed(live) ? undefined : leftIn(run, journal, before, actual);
  const besides = owned ? owned.foreign.map(({ path }) => path) : strangePaths(run, journal, before, live);
  const age = clock.now() - journal.openedAt;
  if (age > OLDEST_MS)
    return left(run, journal, `it is ${Math.round(age / 60_000)} minutes old`, besides.length > 0);
  const comments = owned ? commentsOfOthers(run, stored.file, live) : [];
  if (besides.length + comments.length === 0) return backAgain(run, journal, live, stored);
  if (owned) return besideTheirs(run, journal, live, { ...owned, comments });
  return left(run, journal, `${shownPaths(besides)} also changed, through someone else`, true);
}

/** By the footprint alone: changes outside of it are by others. */
function strangePaths(run: LiveRun, { footprint }: Journal, before: Tree, live: DeepLive): readonly Path[] {
  const { dialect } = run;
  if (isDestroyed(live)) return [];
  return unexplained(
    { before, predicted: before, actual: contentIn(live.file, dialect) },
    footprint,
    dialect.catalog,
  );
}

interface Beside extends Left {
  /** Those that others added. */
  readonly comments: readonly LostComment[];
}

/** Keeps what others changed. Commits our changes if all of them are there, and reverts them if only some are. */
async function besideTheirs(
  run: LiveRun,
  journal: Journal,
  live: DeepLive,
  owned: Beside,
): Promise<Recovery> {
  const recovery =
    owned.complete && journal.phase === 'open'
      ? await completed(run, journal, live, owned)
      : await takenOut(run, journal, live, owned);
  const redaction: Redaction = { run, known: earlierTexts(run) };
  if (recovery.kind === 'left') return recovery;
  if (owned.foreign.length > 0) notice(run, keptProblem(redaction, owned.foreign));
  keptComments(run, 'added', owned.comments);
  return recovery;
}

async function completed(run: LiveRun, journal: Journal, live: DeepLive, owned: Left): Promise<Recovery> {
  const now = await loadedFrom(run, live);
  const served = await servedFrom(run, journal, now);
  if (!served) return takenOut(run, journal, now, owned);
  // What others changed differs from the files, perhaps.
  const { remains = 0 } = journal;
  const differs = remains + owned.foreign.length;
  return committed(run, { ...journal, ...(differs > 0 && { remains: differs }) }, served);
}

async function takenOut(run: LiveRun, journal: Journal, live: DeepLive, owned: Left): Promise<Recovery> {
  const { dialect } = run;
  if (owned.inForce.length === 0) {
    await loadedFrom(run, live);
    return notWritten(run, journal);
  }
  const actual = contentIn(live.file, dialect);
  return wayBack(run, journal, live, {
    before: owned.without,
    way: inverseWrite({
      dialect,
      before: owned.without,
      written: actual,
      now: live.file,
      footprints: [],
    }),
    what: 'our own changes only; what others changed stays',
  });
}

/** `besides`: the file contains changes by others, which no older backup may overwrite. */
async function left(run: Run, journal: Journal, why: string, besides = false): Promise<Recovery> {
  const { target } = run.context;
  const reason = `an earlier transaction was interrupted, and ${why}`;
  const found = problem('HF5021', reason, { target: target.name });
  const { name } = target;
  const remedy = besides
    ? besideOthers(run, journal.backup, journal)
    : [
        `Compare the gateway with backup ${journal.backup}: \`holdfast restore ${journal.backup} --dry-run --target ${name}\``,
        `To keep the gateway as it is, run \`holdfast apply --retry --target ${name}\`. To restore the backup, run \`holdfast restore ${journal.backup} --target ${name}\`.`,
        ...byHand(run, journal.backup).map((line) => `Without the API: ${line}`),
      ];
  const evidence = [{ check: 'recovered', passed: false, detail: reason }];
  return {
    kind: 'left',
    outcome: conclude(run, { kind: 'rollback-failed', backup: journal.backup, reason, remedy, evidence }, [
      found,
    ]),
  };
}

async function backAgain(
  run: LiveRun,
  journal: Journal,
  live: DeepLive,
  { file }: StoredFile,
): Promise<Recovery> {
  const { dialect } = run;
  return wayBack(run, journal, live, {
    before: contentIn(file, dialect),
    proposed: file,
    way: restoreWrite(file.text, dialect),
    what: `backup ${journal.backup}`,
  });
}

interface WayBack {
  /** Content of the file to restore. */
  readonly before: Tree;
  readonly way: RollbackWrite;
  /** As `PutBack`. */
  readonly proposed?: LiveFile;
  readonly what: string;
}

async function wayBack(
  run: LiveRun,
  journal: Journal,
  live: DeepLive,
  { before, way, proposed, what }: WayBack,
): Promise<Recovery> {
  const { store, target } = run.context;
  const { dialect } = run;
  const ours = contentIn(live.file, dialect);
  const expected = { ...expectationOf(ours, before), aliases: [] };
  const baseline = await takeBaseline(run, expected);
  await recording(run, 'a backup of what the rollback replaced', () => takeBackup(run, live, 'pre-rollback'));
  const now = await stillThere(run, live);
  const back = await restoreFile(run, {
    way,
    now,
    ...(proposed && { proposed }),
    judge: (after) => judgeFile(run, before, ours, after),
    what,
  });
  const ended = back.kind === 'back' ? await withRuntime(run, back, baseline, expected) : back;
  if (ended.kind === 'failed') return left(run, journal, ended.reason, !proposed);
  await recording(run, 'that the backup is kept', () => store.pinBackup(target.name, journal.backup));
  return closed(
    run,
    journal,
    'rolled-back',
    'an earlier transaction had been interrupted, and was rolled back',
  );
}

/** The last reading before the request. A forced reload changes the bytes of the file; what others changed stays. */
async function stillThere(run: LiveRun, live: DeepLive): Promise<DeepLive> {
  const now = await readAnything(run, 'roll-back');
  if (now.file.hash === live.file.hash) return now;
  const { dialect, context } = run;
  if (!isDestroyed(now) && isDeepStrictEqual(contentIn(now.file, dialect), contentIn(live.file, dialect)))
    return now;
  const { name } = context.target;
  throw fail(
    'HF5005',
    `someone else changed ${name} before an interrupted transaction could be rolled back`,
    {
      target: name,
      remedy: 'Nothing was written. Run the command again; a daemon tries again by itself.',
    },
  );
}
