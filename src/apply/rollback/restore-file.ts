// Restores a whole file, or removes only our own changes from it, and judges the result by the model: the file is
// what the gateway stores for the text, memory is what the file loads to, and callers are treated accordingly. Used
// by rollback, recovery and restore.
import { sameLayout } from '../../gateway/layout/layouts.ts';
import type { LiveFile } from '../../domain/live.ts';
import type { Evidence, Fidelity } from '../../domain/outcome/outcome.ts';
import { repairWrite, type RollbackWrite } from '../../plan/route/rollback/rollback-writes.ts';
import type { Foreign, ThreeWay } from '../../plan/route/rollback/three-way.ts';
import { judgeBehaviour, requiredBefore } from '../steps/behaviour.ts';
import { contentIn, layoutIn, sameImage } from '../run/compare.ts';
import { forceReload } from './force-reload.ts';
import { type DeepLive, readAnything } from '../run/read.ts';
import { awaitReload, type Run, type LiveRun } from '../run/run.ts';
import { settle } from '../steps/settle.ts';
import { type Sent, sendWrite } from '../steps/write.ts';
import type { Baseline, Expectation } from '../types/behaviour.ts';
import type { Settled } from '../types/settled.ts';

export interface RestoredFile {
  readonly kind: 'back';
  readonly fidelity: Fidelity;
  readonly live: DeepLive;
  /** What should be restored. */
  readonly proposed?: LiveFile | undefined;
  readonly evidence: readonly Evidence[];
  /** What others changed during the restore. */
  readonly foreign: readonly Foreign[];
}

export interface NotRestored {
  readonly kind: 'failed';
  readonly reason: string;
  /** Others wrote at the same time: read again, because another route may now be right. */
  readonly again?: boolean;
  readonly foreign?: readonly Foreign[];
  readonly evidence: readonly Evidence[];
}

interface PutBack {
  readonly way: RollbackWrite;
  /** The current file: just read, and in no reload window. */
  readonly now: DeepLive;
  /** The file to restore; absent if only our own changes are removed. */
  readonly proposed?: LiveFile;
  /** Which of our changes are in effect in a reading, and which changes are by others. */
  readonly judge: (now: DeepLive) => Pick<ThreeWay, 'foreign' | 'inForce'>;
  /** What is restored, for the evidence. */
  readonly what: string;
  /** Called when the gateway may use the old configuration again. */
  readonly sent?: () => void;
}

/** Sends the rollback, at most twice; the second time only if a read showed that the first had no effect. */
export async function restoreFile(run: LiveRun, task: PutBack): Promise<RestoredFile | NotRestored> {
  const { way, now, what } = task;
  if (!way.ok)
    return notBack(
      `there is no safe way to restore it: ${way.verdicts.map(({ message }) => message).join('; ')}`,
      what,
    );
  let sent = await sendWrite(run, way.write, now.file.text, 'roll-back');
  task.sent?.();
  let settled = await settle(run, way.write.prediction, 'roll-back');
  if (
    settled.standing !== 'as-predicted' &&
    settled.live.file.hash === now.file.hash &&
    sent.kind !== 'refused'
  ) {
    sent = await sendWrite(run, way.write, settled.live.file.text, 'roll-back');
    settled = await settle(run, way.write.prediction, 'roll-back');
  }
  return judged(run, task, sent, settled);
}

function notBack(reason: string, what: string): NotRestored {
  return { kind: 'failed', reason, evidence: [{ check: 'put back', passed: false, detail: what }] };
}

async function judged(
  run: LiveRun,
  { proposed, what, judge, now }: PutBack,
  sent: Sent,
  settled: Settled,
): Promise<RestoredFile | NotRestored> {
  const live = memoryFollows(settled) ? settled.live : await loadedFrom(run, settled.live);
  const fidelity = proposed ? fidelityOf(run, proposed, live.file) : 'comments';
  const exact = proposed ? fidelity !== 'semantic' : settled.standing === 'as-predicted';
  const found = exact ? undefined : judge(live);
  const foreign = found?.foreign ?? [];
  const isOthers = foreign.length > 0;
  const why = sent.kind === 'accepted' ? "the gateway doesn't contain it" : sent.reason;
  if (found && (found.inForce.length > 0 || (proposed && !isOthers)))
    return {
      ...notBack(`restoring failed: ${why}`, what),
      again: live.file.hash !== now.file.hash,
      foreign,
    };
  if (!memoryFollows({ ...settled, live }))
    return { ...notBack("the file is restored, but memory isn't", what), foreign };
  const reached = isOthers ? 'comments' : fidelity;
  const evidence = [{ check: 'put back', passed: true, detail: `${what} (${reached})` }];
  return {
    kind: 'back',
    fidelity: reached,
    live,
    proposed: isOthers ? undefined : proposed,
    evidence,
    foreign,
  };
}

export const isLoaded = ({ agreement }: Pick<DeepLive, 'agreement'>): boolean =>
  agreement.kind !== 'differ' || agreement.cause === 'model-gap';

/** The gateway after it was forced to load its file, if memory wasn't equal to it. */
export async function loadedFrom(run: LiveRun, live: DeepLive): Promise<DeepLive> {
  if (isLoaded(live)) return live;
  const repair = repairWrite(live.file, run.dialect);
  if (!repair.ok) return live;
  await sendWrite(run, repair.write, live.file.text, 'roll-back');
  return (await settle(run, repair.write.prediction, 'roll-back')).live;
}

/** Equal bytes, or equal except for what the gateway does to comments and layout, or less (design §10.9). */
function fidelityOf(run: LiveRun, proposed: LiveFile, now: LiveFile): Fidelity {
  const { dialect } = run;
  const { catalog } = dialect;
  if (proposed.hash === now.hash) return 'exact';
  if (!sameLayout(layoutIn(proposed), layoutIn(now))) return 'semantic';
  return sameImage(catalog, contentIn(proposed, dialect), contentIn(now, dialect)) ? 'comments' : 'semantic';
}

function memoryFollows({ standing, live: { agreement } }: Settled): boolean {
  if (standing === 'as-predicted' || standing === 'memory-only') return true;
  return agreement.kind === 'agree' || (agreement.kind === 'differ' && agreement.cause === 'model-gap');
}

/** How often to probe callers before the runtime counts as stale. */
const LOOKS = 3;

/**
 * A rollback ends only when a probe shows that the runtime uses the file, if anything can show it (design-v8 rule
 * 12).
 */
export async function withRuntime(
  run: LiveRun,
  back: RestoredFile,
  baseline: Baseline,
  expected: Expectation,
): Promise<RestoredFile | NotRestored> {
  const first = await lookEventually(run, baseline, expected);
  if (passed(first)) return { ...back, evidence: [...back.evidence, ...first] };
  await forceReload(run, back.live);
  const live = await readAnything(run, 'roll-back');
  const fidelity = back.proposed ? fidelityOf(run, back.proposed, live.file) : back.fidelity;
  const second = await lookEventually(run, baseline, expected);
  const evidence = [...back.evidence, ...second];
  if (passed(second) && fidelity !== 'semantic') return { ...back, live, fidelity, evidence };
  const reason = "the file is restored, but the running gateway doesn't follow it: restart the gateway";
  return { kind: 'failed', reason, evidence };
}

const passed = (evidence: readonly Evidence[]): boolean => evidence.every((each) => each.passed);

async function lookEventually(
  run: Run,
  baseline: Baseline,
  expected: Expectation,
): Promise<readonly Evidence[]> {
  const required = requiredBefore(run, baseline, expected);
  for (let look = 1; ; look += 1) {
    const { evidence } = await judgeBehaviour(run, baseline, expected, required);
    if (look === LOOKS || passed(evidence)) return evidence;
    await awaitReload(run);
  }
}
