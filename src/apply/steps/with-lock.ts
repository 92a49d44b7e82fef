// Runs work whose result is an outcome: whatever stops the work becomes an outcome, and the state records it.
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Context } from '../run/context.ts';
import { conclude, outcomeOf, stopped } from '../record/outcome.ts';
import { attempted, recording, withUnrecorded } from '../run/recording.ts';
import { summaryOf } from '../record/summary.ts';
import { type RunOptions, withRun } from '../run/with-run.ts';
import { type Run, reached, step } from '../run/run.ts';

interface Frame extends RunOptions {
  /** Whether `status` should show this outcome; without it, nothing is recorded. */
  readonly remembers?: (outcome: Outcome) => boolean;
}

/** Runs `work` exclusively on the target. Only bugs and simulated crashes leave it as exceptions. */
export async function withLock(
  context: Context,
  frame: Frame,
  work: (run: Run) => Promise<Outcome>,
): Promise<Outcome> {
  const startedAt = context.clock.now();
  try {
    return await withRun(context, frame, (run) => {
      step(run, 'lock');
      reached(run, 'locked');
      return finished(run, frame, work);
    });
  } catch (error) {
    const { particulars, problems } = stopped(error);
    return announced(context, outcomeOf(context, undefined, startedAt, particulars, problems));
  }
}

async function finished(run: Run, frame: Frame, work: (run: Run) => Promise<Outcome>): Promise<Outcome> {
  const outcome = await work(run).catch(async (error: unknown) => {
    const { particulars, problems } = stopped(error);
    // A lock that was lost before the first request is `stale`; after it, the work is unfinished.
    const canBeUnfinished = particulars.kind === 'failed' || particulars.kind === 'stale';
    if (!canBeUnfinished || !(await hasSent(run))) return conclude(run, particulars, problems);
    return conclude(run, { kind: 'failed', reason: particulars.reason, unfinished: true }, problems);
  });
  const remember = (): Promise<void> => rememberEnd(run, outcome);
  // If the state directory itself failed, one report is enough.
  if (frame.remembers?.(outcome))
    await (outcome.kind === 'failed' ? attempted(remember) : recording(run, 'how it ended', remember));
  return announced(run.context, withUnrecorded(run, outcome));
}

async function rememberEnd({ context }: Run, outcome: Outcome): Promise<void> {
  const { kind, at } = outcome;
  await context.store.update(context.target.name, { lastOutcome: { kind, at, summary: summaryOf(outcome) } });
}

function announced(context: Context, outcome: Outcome): Outcome {
  context.listener({ kind: 'finished', target: context.target.name, outcome });
  return outcome;
}

/** Whether the journal of this run records that a request was sent. The next run then determines the result. */
async function hasSent({ context }: Run): Promise<boolean> {
  const journal = await context.store.journal(context.target.name).catch(() => undefined);
  return journal !== undefined && journal.sent > 0;
}
