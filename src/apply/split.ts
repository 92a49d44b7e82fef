// Memory and file that disagree before our first write (C v0 §6.5). A stale memory is made to load the file; any other
// split is for a person, who says with `--allow split-brain=file|memory` which side wins.
import { problem } from '../nouns/problem.ts';
import { repairWrite } from '../plan/route-back.ts';
import { takeBackup } from './backup.ts';
import type { ReconcileRequest } from './context.ts';
import { quiet } from './fence.ts';
import { nudge } from './nudge.ts';
import { type DeepLive, readDeep } from './read.ts';
import { notice, type Run, windowOf } from './run.ts';
import { sendWrite } from './write.ts';

/** The reading to go on with: the same one, or a new one after the disagreement was ended. */
export async function healAgreement(run: Run, live: DeepLive, request: ReconcileRequest): Promise<DeepLive> {
  const winner = winnerOf(run, live, request);
  if (winner === undefined || request.dryRun) return live;
  await quiet(run, live);
  await takeBackup(run, live, 'before-apply');
  await (winner === 'file' ? loadFile(run, live) : nudge(run, live));
  await run.context.clock.sleep(await windowOf(run));
  const after = await readDeep(run);
  if (after.agreement.kind !== 'differ') tell(run, live, winner);
  return after;
}

function winnerOf(
  run: Run,
  { agreement }: DeepLive,
  request: ReconcileRequest,
): 'file' | 'memory' | undefined {
  const { target } = run.context;
  if ((request.mode ?? target.mode) === 'observe' || agreement.kind !== 'differ') return undefined;
  if (agreement.cause === 'stale-memory') return 'file';
  if (agreement.cause !== 'split-brain') return undefined;
  const allowed = [...(request.allow ?? []), ...target.policy.allow].find(
    ({ guard, choice }) => guard === 'split-brain' && choice !== undefined,
  );
  return allowed?.choice === 'file' || allowed?.choice === 'memory' ? allowed.choice : undefined;
}

async function loadFile(run: Run, live: DeepLive): Promise<void> {
  const repair = repairWrite(live.file, run.context.catalog);
  if (repair.ok) await sendWrite(run, repair.write, live.file.text);
}

function tell(run: Run, { agreement }: DeepLive, winner: 'file' | 'memory'): void {
  const paths = agreement.kind === 'differ' ? agreement.paths.join(', ') : '';
  const message =
    winner === 'file'
      ? `the gateway had stored ${paths} without loading it; the file was touched so that it did`
      : `the file did not hold ${paths}; memory was saved over it, as --allow split-brain=memory says`;
  notice(run, problem('HF5015', message, { target: run.context.target.name, severity: 'warning' }));
}
