// Reverts a request of `holdfast api` that had only a partial effect: what it added or changed although the gateway
// didn't do what was requested. Reports what remains if that fails.
import { problem, type Problem } from '../../domain/problem/problem.ts';
import type { Prediction } from '../../domain/plan/write.ts';
import { inverseWrite } from '../../plan/route/rollback/rollback-writes.ts';
import { judgeFile } from '../steps/foreign-edits.ts';
import { contentIn, differences, shownPaths } from '../run/compare.ts';
import { loadedFrom, restoreFile } from '../rollback/restore-file.ts';
import type { DeepLive } from '../run/read.ts';
import { type LiveRun, step } from '../run/run.ts';
import type { Settled } from '../types/settled.ts';

/** Undefined: the request left nothing to revert or report. */
export async function undo(
  run: LiveRun,
  before: DeepLive,
  expected: Prediction,
  { live }: Settled,
): Promise<Problem | undefined> {
  const { target } = run.context;
  const { dialect } = run;
  const [was, ours] = [contentIn(before.file, dialect), expected.file.open()];
  const judge = (now: DeepLive) => judgeFile(run, was, ours, now);
  const { inForce } = judge(live);
  const inMemory = differences(before.memory.open(), live.memory.open(), dialect.memoryCatalog);
  if (inForce.length + inMemory.length === 0) return undefined;
  step(run, 'roll-back', 'the gateway carried out only part of the request');
  const paths = shownPaths(inForce.length > 0 ? inForce : inMemory);
  const back =
    inForce.length === 0
      ? isLoaded(await loadedFrom(run, live))
      : (
          await restoreFile(run, {
            way: inverseWrite({ dialect, before: was, written: ours, now: live.file, footprints: [] }),
            now: live,
            judge,
            what: 'what the request changed',
          })
        ).kind === 'back';
  return back
    ? problem('HF5055', `Holdfast undid the request: ${paths} is as before`, {
        target: target.name,
        severity: 'warning',
      })
    : problem(
        'HF5056',
        `Holdfast couldn't undo what the request changed, which is still in effect: ${paths}`,
        {
          target: target.name,
        },
      );
}

const isLoaded = ({ agreement }: DeepLive): boolean =>
  agreement.kind === 'agree' || (agreement.kind === 'differ' && agreement.cause === 'model-gap');
