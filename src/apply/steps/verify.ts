// The verification after the writes (design §10.7): declared values in memory and in the file, nothing else changed,
// and the gateway behaves accordingly.
import type { Dialect } from '../../gateway/dialect.ts';
import { sameLayout } from '../../gateway/layout/layouts.ts';
import { translatedPaths } from '../../gateway/layout/locate.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';
import { coversPath, formatPath, parsePath, type Path } from '../../domain/path.ts';
import { commentsInWords } from '../../plan/prediction/comments.ts';
import { pending } from '../../domain/plan/plan.ts';
import { problem } from '../../domain/problem/problem.ts';
import type { ThreeWay } from '../../plan/route/rollback/three-way.ts';
import { judgeBehaviour } from './behaviour.ts';
import { keptComments } from './foreign-comments.ts';
import { judgeFile } from './foreign-edits.ts';
import { loadAgain, missesForeign } from './load-again.ts';
import { contentIn, differences, publicPath, shownPaths, unexplained } from '../run/compare.ts';
import { evidenceOfForeign, planAgain, type Rebased, reconsider } from './reconsider.ts';
import { proveDeclaredKey } from './key-rotation.ts';
import { noteReload } from '../run/pace.ts';
import { notice, pause, reached, type Run, step, windowOf, type LiveRun } from '../run/run.ts';
import { type ApplyFailure, applyFailure } from '../run/apply-failure.ts';
import type { Transaction } from '../types/transaction.ts';
import { doubled } from '../run/settle-window.ts';
import { type Verified } from '../types/verified.ts';
import type { Behaviour } from '../types/behaviour.ts';
import type { Settled } from '../types/settled.ts';

/** The result of a write after the gateway settled. */
export type Settlement = { readonly kind: 'written'; readonly settled: Settled } | Rebased | ApplyFailure;

/**
 * Handles a reading after write `index` that isn't as predicted. If others changed something, the plan is
 * reconsidered. Otherwise, if the gateway has what this write and the earlier ones declare, and nothing else
 * changed, the model is wrong, not the gateway.
 */
export async function judgeSettled(
  run: LiveRun,
  transaction: Transaction,
  index: number,
  settled: Settled,
): Promise<Settlement> {
  const { plan: current, writes } = transaction.current.prepared;
  const prediction = writes[index]?.prediction;
  if (!prediction) throw new Error(`there is no write ${index}`);
  const found = judgeFile(run, transaction.base, transaction.ours, settled.live);
  if (found.foreign.length > 0 && !isGap(transaction, index, found))
    return besideForeign(run, transaction, settled, found);
  const later = new Set(writes.slice(index + 1).flatMap(({ write }) => write.makes));
  const expected = pending(current).filter(({ id }) => later.has(id));
  const missing = (await remaining(run, transaction, settled)).filter(
    (path) => !expected.some((change) => change.path === path),
  );
  if (missing.length > 0)
    return applyFailure('HF5012', dropped(settled, missing), { path: missing[0] ?? '' });
  const foreign = changedElsewhere(run, transaction, settled, index);
  if (foreign.length > 0)
    return applyFailure('HF5013', `${shownPaths(foreign)} changed as well`, {
      path: formatPath(publicPath(foreign[0] ?? [], run.dialect.catalog)),
    });
  const { target } = run.context;
  const { dialect } = run;
  const { catalog } = dialect;
  const gap = differences(prediction.memory.open(), settled.live.memory.open(), dialect.memoryCatalog);
  const inFile = differences(prediction.file.open(), settled.content, catalog);
  notice(
    run,
    problem(
      'HF5018',
      `the gateway holds ${shownPaths([...gap, ...inFile])} differently from the prediction`,
      {
        target: target.name,
        severity: 'warning',
      },
    ),
  );
  return { kind: 'written', settled };
}

/** Their change is loaded first: the next field write would save memory over it. */
export async function besideForeign(
  run: LiveRun,
  transaction: Transaction,
  settled: Settled,
  found: ThreeWay,
): Promise<Rebased | ApplyFailure> {
  const loaded = missesForeign(run, transaction, settled, found)
    ? await loadAgain(run, transaction, settled)
    : undefined;
  if (!loaded) return reconsider(run, transaction, settled, found);
  return reconsider(
    run,
    transaction,
    loaded,
    judgeFile(run, transaction.base, transaction.ours, loaded.live),
  );
}

/** The gateway has what was written, but single values in it differ from the prediction. */
function isGap({ current }: Transaction, index: number, { foreign, missing }: ThreeWay): boolean {
  if (missing.length > 0) return false;
  const own = current.prepared.writes.slice(0, index + 1).flatMap(({ write }) => write.footprint.defaults);
  const spelled = own.map(parsePath);
  return foreign.every(({ path }) => spelled.some((pattern) => coversPath(pattern, path)));
}

function dropped({ standing }: Settled, missing: readonly string[]): string {
  const where =
    missing.length > 4
      ? `${missing.slice(0, 4).join(', ')} and ${missing.length - 4} more`
      : missing.join(', ');
  if (standing === 'memory-only') return `the gateway has ${where} only in memory, not in its file`;
  return `the gateway didn't store ${where}${standing === 'neither' ? ', neither in memory nor in its file' : ''}`;
}

/** Changes that the desired state still requires. */
async function remaining(
  run: LiveRun,
  transaction: Transaction,
  { live }: Settled,
): Promise<readonly string[]> {
  const now = await planAgain(run, transaction, live);
  return pending(now.prepared.plan).map(({ path }) => path);
}

/** Paths that changed in file or memory although the writes up to `index` may not change them. */
function changedElsewhere(
  run: LiveRun,
  { current, journal }: Transaction,
  { content, live }: Settled,
  index: number,
): readonly Path[] {
  const { dialect } = run;
  const { catalog } = dialect;
  const prediction = current.prepared.writes[index]?.prediction;
  if (!prediction) return [];
  const file = {
    before: contentIn(current.live.file, dialect),
    predicted: prediction.file.open(),
    actual: content,
  };
  const memory = {
    before: current.live.memory.open(),
    predicted: prediction.memory.open(),
    actual: live.memory.open(),
  };
  return [
    ...unexplained(file, journal.footprint, catalog),
    ...unexplained(memory, memoryFootprint(journal.footprint, dialect), dialect.memoryCatalog),
  ];
}

/** Paths of the file, and their spelling in memory, which is flat on v8. */
function memoryFootprint(paths: readonly string[], { catalog, memoryCatalog }: Dialect): readonly string[] {
  if (sameLayout(catalog.layout, memoryCatalog.layout)) return paths;
  const inMemory = (path: string): string[] =>
    translatedPaths(memoryCatalog.layout, parsePath(path)).map(formatPath);
  return [...paths, ...paths.flatMap(inMemory)];
}

/** The last reading was accepted. Now check everything that is visible outside the configuration. */
export async function verify(
  run: LiveRun,
  transaction: Transaction,
  settled: Settled,
): Promise<Verified | ApplyFailure> {
  step(run, 'verify');
  const { planned, current } = transaction;
  const missing = await remaining(run, transaction, settled);
  const foreign = changedElsewhere(run, transaction, settled, current.prepared.writes.length - 1);
  const lost = current.prepared.lostComments(settled.live.file.text.open());
  const isOurs = !storesTextAsSent(transaction);
  const [ourLoss, theirs] = isOurs ? [lost, []] : [[], lost];
  const changed = [
    ...(foreign.length > 0 ? [shownPaths(foreign)] : []),
    ...(ourLoss.length > 0 ? [commentsInWords(ourLoss)] : []),
  ];
  const held = [
    ...heldEvidence(missing, settled, changed),
    ...evidenceOfForeign(run, transaction),
    ...keptComments(run, 'moved or removed', theirs),
  ];
  if (missing.length > 0)
    return applyFailure('HF5012', dropped(settled, missing), { path: missing[0] ?? '', evidence: held });
  if (foreign.length > 0)
    return applyFailure('HF5013', `${shownPaths(foreign)} changed as well`, { evidence: held });
  if (ourLoss.length > 0)
    return applyFailure('HF5013', `the write also moved or removed ${commentsInWords(ourLoss)}`, {
      evidence: held,
    });
  const secret = await proveDeclaredKey(run, planned);
  const behaviour = await behaveEventually(run, transaction);
  const evidence = [...held, ...secret, ...behaviour.evidence];
  const failed = evidence.find(({ passed }) => !passed);
  if (failed) return applyFailure('HF5014', `${failed.check}: ${failed.detail}`, { evidence });
  reached(run, 'verified');
  return {
    kind: 'verified',
    settled,
    evidence,
    runtime: !transaction.wroteFile || behaviour.witness === 'seen' ? 'proven' : 'unproven',
    notServedYet: behaviour.notServed,
  };
}

/**
 * The gateway stores a whole file with every comment in its place (C v0 §2.3). A comment that is missing afterwards was
 * moved or removed by another write: a field write of someone else prints the file again (C v0 §4.4 N10).
 */
const storesTextAsSent = ({ current }: Transaction): boolean =>
  current.prepared.writes.every(({ contentType }) => contentType === 'application/yaml');

function heldEvidence(
  missing: readonly string[],
  { live, standing }: Settled,
  changed: readonly string[],
): readonly Evidence[] {
  const { agreement } = live;
  return [
    {
      check: 'memory matches the declared state',
      passed: missing.length === 0,
      detail: missing.join(', '),
    },
    {
      check: 'the file matches memory',
      passed: standing === 'as-predicted' || agreement.kind !== 'differ' || agreement.cause === 'model-gap',
      detail: agreement.kind === 'differ' ? agreement.paths.join(', ') : '',
    },
    { check: 'nothing else changed', passed: changed.length === 0, detail: changed.join(', ') },
  ];
}

/** How often to probe the runtime, with a doubled window each time, before it counts as stale. */
const LOOKS = 3;

async function behaveEventually(run: Run, { baseline, expectation }: Transaction): Promise<Behaviour> {
  const required = run.context.target.probes.models;
  let window = await windowOf(run);
  for (let look = 1; ; look += 1) {
    const behaviour = await judgeBehaviour(run, baseline, expectation, required);
    const done = behaviour.evidence.every(({ passed }) => passed) && behaviour.notServed.length === 0;
    if (done && look > 1) noteReload(run, 'later');
    if (done || look === LOOKS) return behaviour;
    await pause(run, window, 'the gateway to serve the change');
    window = doubled(window);
  }
}
