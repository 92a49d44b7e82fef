// Checks that write nothing, for plan, diff and drift.
import { type ExitCode, EXIT, worstExit } from '../../../domain/problem/exit.ts';
import { exitOf, type Outcome } from '../../../domain/outcome/outcome.ts';
import { isRefused } from '../../../domain/plan/plan.ts';
import { HoldfastError } from '../../../domain/problem/problem.ts';
import type { Question } from '../../../compose/job-base.ts';
import type { Report, Result } from '../../../report/report.ts';
import { type FailOn, gated } from '../../ci/fail-on.ts';
import type { Session } from '../../../compose/session.ts';
import type { Io } from '../../../compose/io.ts';
import { progress } from '../../io/progress.ts';
import { openCommandSession } from '../../io/session.ts';
import { onlyIn } from '../../io/options.ts';
import { isRouted, type RemoteFlags } from '../../io/remote-options.ts';

interface Look {
  readonly depth: 'shallow' | 'deep';
  readonly question: Question;
  /** Called with the targets before anything is sent to them. */
  readonly begun?: (targets: readonly string[]) => Promise<void>;
  /** What else is asked in the same session, after the checks. Not with `--via`. */
  readonly also?: (session: Session, outcomes: readonly Outcome[]) => Promise<void>;
}

/** One outcome per target, targets in parallel. */
export async function checkTargets(
  flags: RemoteFlags,
  io: Io,
  { depth, question, begun, also }: Look,
): Promise<readonly Outcome[]> {
  if (isRouted(flags))
    return (await import('../../remote/commands.ts')).remoteChecks(flags, io, depth, begun);
  const { check } = await import('../../../apply/apply.ts');
  await using session = await openCommandSession(flags, io, progress(flags, io), { question });
  await begun?.(session.targets.map(({ name }) => name));
  const outcomes = await Promise.all(
    session.targets.map((target) =>
      check(session.contextOf(target), { depth, ignoreSuspension: true, ...onlyIn(flags) }),
    ),
  );
  await also?.(session, outcomes);
  return outcomes;
}

/**
 * The report of a check. Refusals precede differences (design §12); failures (unreachable, invalid) keep their own
 * exit code. `failOn` judges each target before the most severe code is taken.
 */
export function reportOfChecks(command: string, outcomes: readonly Outcome[], failOn: FailOn): Report {
  const exits = outcomes.map(exitOfCheck);
  const found = worstExit(exits);
  return {
    command,
    exit: worstExit(exits.map((exit) => gated(exit, failOn))),
    found,
    result: RESULTS[found] ?? 'failed',
    plans: outcomes.flatMap((outcome) => (outcome.plan ? [outcome.plan] : [])),
    outcomes: [],
    problems: outcomes.flatMap((outcome) => outcome.problems),
  };
}

const RESULTS: Readonly<Partial<Record<ExitCode, Result>>> = {
  [EXIT.ok]: 'in-sync',
  [EXIT.differences]: 'changes',
  [EXIT.refused]: 'refused',
};

function exitOfCheck(outcome: Outcome): ExitCode {
  const { plan } = outcome;
  if (!plan) return exitOfFailure(outcome);
  if (isRefused(plan)) return EXIT.refused;
  const differs = plan.changes.length + plan.writes.length > 0 || outcome.kind === 'stale-memory';
  return differs ? EXIT.differences : EXIT.ok;
}

function exitOfFailure(outcome: Outcome): ExitCode {
  const errors = outcome.problems.filter((problem) => problem.severity === 'error');
  return errors.length > 0 ? new HoldfastError(errors).exit : exitOf(outcome);
}
