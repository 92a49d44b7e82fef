// Looking without writing, as plan, diff and drift do it.
import { type ExitCode, EXIT, worstExit } from '../../../domain/problem/exit.ts';
import { exitOf, type Outcome } from '../../../domain/outcome/outcome.ts';
import { isRefused, type Plan } from '../../../domain/plan/plan.ts';
import { HoldfastError } from '../../../domain/problem/problem.ts';
import type { Report } from '../../../report/report.ts';
import type { Io } from '../../../compose/io.ts';
import { openCommandSession } from '../../io/session.ts';
import { isRouted, type RemoteFlags } from '../../io/remote-options.ts';

interface Look {
  readonly depth: 'shallow' | 'deep';
}

/** One outcome a target, targets side by side. */
export async function checkTargets(flags: RemoteFlags, io: Io, { depth }: Look): Promise<readonly Outcome[]> {
  if (isRouted(flags)) return (await import('../../remote/commands.ts')).remoteChecks(flags, io, depth);
  const { check } = await import('../../../apply/apply.ts');
  await using session = await openCommandSession(flags, io);
  return await Promise.all(
    session.targets.map((target) => check(session.contextOf(target), { depth, ignoreSuspension: true })),
  );
}

/**
 * The report of a look. `differences` is the exit code where something differs; refusals come first (design §12),
 * failures to look at all (unreachable, invalid) keep their own.
 */
export function reportOfChecks(command: string, outcomes: readonly Outcome[], differences: ExitCode): Report {
  const looked = outcomes.filter((outcome) => outcome.plan !== undefined);
  const failed = outcomes.filter((outcome) => outcome.plan === undefined);
  const plans = looked.flatMap((outcome) => (outcome.plan ? [outcome.plan] : []));
  return {
    command,
    exit: worstExit([
      ...plans.map((plan) => exitOfPlan(plan, differences)),
      ...looked.map((outcome) => exitOfLook(outcome, differences)),
      ...failed.map(exitOfFailure),
    ]),
    plans,
    outcomes: [],
    problems: outcomes.flatMap((outcome) => outcome.problems),
  };
}

function exitOfPlan(plan: Plan, differences: ExitCode): ExitCode {
  if (isRefused(plan)) return EXIT.refused;
  return plan.changes.length + plan.writes.length > 0 ? differences : EXIT.ok;
}

function exitOfLook(outcome: Outcome, differences: ExitCode): ExitCode {
  return outcome.kind === 'stale-memory' ? differences : EXIT.ok;
}

function exitOfFailure(outcome: Outcome): ExitCode {
  const errors = outcome.problems.filter((problem) => problem.severity === 'error');
  return errors.length > 0 ? new HoldfastError(errors).exit : exitOf(outcome);
}
