// Puts a whole file back, or takes our own changes out of it, and judges by the model how well that went: the file is
// what the gateway makes of the text, memory is what the file loads to, and callers are treated accordingly. Used by
// roll-back, recovery and restore.
import { seenV8 } from '../gateway/v8/seen.ts';
import type { LiveFile } from '../nouns/live.ts';
import type { Evidence, Fidelity } from '../nouns/outcome.ts';
import { repairWrite, type WayBackWrite } from '../plan/route-back.ts';
import type { Foreign, ThreeWay } from '../plan/three-way.ts';
import { type Baseline, type Expectation, judgeBehaviour, requiredBefore } from './behaviour.ts';
import { contentIn, sameImage } from './images.ts';
import { nudge } from './nudge.ts';
import { type DeepLive, readAnything } from './read.ts';
import { type Run, windowOf } from './run.ts';
import { settle, type Settled } from './settle.ts';
import { type Sent, sendWrite } from './write.ts';

export interface Back {
  readonly kind: 'back';
  readonly fidelity: Fidelity;
  readonly live: DeepLive;
  /** What was to be there again. */
  readonly wanted?: LiveFile | undefined;
  readonly evidence: readonly Evidence[];
  /** What others changed while it was put back. */
  readonly foreign: readonly Foreign[];
}

export interface NotBack {
  readonly kind: 'failed';
  readonly reason: string;
  /** Others wrote at the same time: a look at what they left may show another way. */
  readonly again?: boolean;
  readonly foreign?: readonly Foreign[];
  readonly evidence: readonly Evidence[];
}

interface PutBack {
  readonly way: WayBackWrite;
  /** The file as it is now: freshly read, in no reload window. */
  readonly now: DeepLive;
  /** The file that is to be there again; absent when only our own changes are taken out. */
  readonly wanted?: LiveFile;
  /** What of ours is in force in a reading, and what is somebody else's. */
  readonly judge: (now: DeepLive) => Pick<ThreeWay, 'foreign' | 'inForce'>;
  /** What is put back, for the evidence. */
  readonly what: string;
  /** Called as soon as the gateway may follow the old configuration again. */
  readonly sent?: () => void;
}

/** Sends the way back, at most twice: a second time only where reading showed that nothing came of the first. */
export async function putBack(run: Run, task: PutBack): Promise<Back | NotBack> {
  const { way, now, what } = task;
  if (!way.ok)
    return notBack(
      `there is no safe way back: ${way.verdicts.map(({ message }) => message).join('; ')}`,
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

function notBack(reason: string, what: string): NotBack {
  return { kind: 'failed', reason, evidence: [{ check: 'put back', passed: false, detail: what }] };
}

async function judged(
  run: Run,
  { wanted, what, judge, now }: PutBack,
  sent: Sent,
  settled: Settled,
): Promise<Back | NotBack> {
  const live = memoryFollows(settled) ? settled.live : await loadedFrom(run, settled.live);
  const fidelity = wanted ? fidelityOf(run, wanted, live.file) : 'comments';
  const exact = wanted ? fidelity !== 'semantic' : settled.standing === 'as-predicted';
  const found = exact ? undefined : judge(live);
  const foreign = found?.foreign ?? [];
  const isOthers = foreign.length > 0;
  const why = sent.kind === 'accepted' ? 'the gateway does not hold it' : sent.reason;
  if (found && (found.inForce.length > 0 || (wanted && !isOthers)))
    return {
      ...notBack(`putting back failed: ${why}`, what),
      again: live.file.hash !== now.file.hash,
      foreign,
    };
  if (!memoryFollows({ ...settled, live }))
    return { ...notBack('the file is back, but memory is not', what), foreign };
  const reached = isOthers ? 'comments' : fidelity;
  const evidence = [{ check: 'put back', passed: true, detail: `${what} (${reached})` }];
  return { kind: 'back', fidelity: reached, live, wanted: isOthers ? undefined : wanted, evidence, foreign };
}

/** The gateway after it was made to load its file, where memory did not follow. */
export async function loadedFrom(run: Run, live: DeepLive): Promise<DeepLive> {
  const { agreement, file } = live;
  if (agreement.kind !== 'differ' || agreement.cause === 'model-gap') return live;
  const repair = repairWrite(file, run.context.catalog);
  if (!repair.ok) return live;
  await sendWrite(run, repair.write, file.text, 'roll-back');
  return (await settle(run, repair.write.prediction, 'roll-back')).live;
}

/** Bytes, or all but what the gateway does to comments and layout, or less (design §10.9). */
function fidelityOf(run: Run, wanted: LiveFile, now: LiveFile): Fidelity {
  const { catalog } = run.context;
  if (wanted.hash === now.hash) return 'exact';
  if (catalog.layout === 'v8' && layoutIn(wanted) !== layoutIn(now)) return 'semantic';
  return sameImage(catalog, contentIn(wanted, catalog), contentIn(now, catalog)) ? 'comments' : 'semantic';
}

/** What is compared is the tree that both layouts stand for: which one the file has counts too. */
function layoutIn({ text }: LiveFile): string | undefined {
  const seen = seenV8(text.open());
  return seen.ok ? seen.layout : undefined;
}

function memoryFollows({ standing, live: { agreement } }: Settled): boolean {
  if (standing === 'as-predicted' || standing === 'memory-only') return true;
  return agreement.kind === 'agree' || (agreement.kind === 'differ' && agreement.cause === 'model-gap');
}

/** So often callers are tried before the runtime counts as not following. */
const LOOKS = 3;

/** A way back ends only when the runtime is seen to follow, where anything can show it (design-v8 rule 12). */
export async function withRuntime(
  run: Run,
  back: Back,
  baseline: Baseline,
  expected: Expectation,
): Promise<Back | NotBack> {
  const first = await lookEventually(run, baseline, expected);
  if (passed(first)) return { ...back, evidence: [...back.evidence, ...first] };
  await nudge(run, back.live);
  const live = await readAnything(run, 'roll-back');
  const fidelity = back.wanted ? fidelityOf(run, back.wanted, live.file) : back.fidelity;
  const second = await lookEventually(run, baseline, expected);
  const evidence = [...back.evidence, ...second];
  if (passed(second) && fidelity !== 'semantic') return { ...back, live, fidelity, evidence };
  const reason = 'the file is back, but the running gateway does not follow it: restart the gateway';
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
    await run.context.clock.sleep(await windowOf(run));
  }
}
