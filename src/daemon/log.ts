// What the daemon says while it works: one structured line a fact, with target, revision and plan. Secrets cannot be in
// what it is given: plans, outcomes and problems carry none.
import type { Logger } from 'pino';
import type { Event } from '../nouns/event.ts';
import { exitOf, type Outcome } from '../nouns/outcome.ts';
import { pending, type Plan } from '../nouns/plan.ts';
import { HoldfastError, type Problem } from '../nouns/problem.ts';
import type { Reporter } from './reporter.ts';

export function logReporter(logger: Logger): Reporter {
  return {
    started: (targets, drift) => logger.info({ targets: targets.map(({ name }) => name), drift }, 'started'),
    event: (event) => logEvent(logger.child({ target: event.target }), event),
    outcome: (outcome, trigger) => logOutcome(logger, outcome, trigger),
    note: (level, text) => logger[level](text),
    failed: (error, target) => logFailure(target === undefined ? logger : logger.child({ target }), error),
  };
}

function logEvent(log: Logger, event: Event): void {
  if (event.kind === 'planned') logPlan(log, event.plan);
  if (event.kind === 'notice') logProblem(log, event.problem);
  if (event.kind === 'step') {
    const request = event.write && { request: `${event.write.method} ${event.write.path}` };
    log.debug({ step: event.step, ...request }, event.detail ?? event.step);
  }
}

function logFailure(log: Logger, error: unknown): void {
  if (error instanceof HoldfastError) for (const problem of error.problems) logProblem(log, problem);
  else
    log.error(
      { error: error instanceof Error ? error.stack : String(error) },
      'a look failed; the next one starts afresh',
    );
}

function logPlan(log: Logger, plan: Plan): void {
  if (plan.changes.length + plan.writes.length === 0) return;
  const ids = planIds(plan);
  log.info(
    { ...ids, changes: plan.changes.length, requests: plan.writes.length },
    `plan: ${pending(plan).length} to apply`,
  );
  for (const change of plan.changes) {
    const fields = {
      ...ids,
      path: change.path,
      kind: change.kind,
      origin: change.origin,
      disposition: change.disposition,
    };
    log.info(fields, `${change.kind} ${change.path}${change.disposition === 'apply' ? '' : ' (left alone)'}`);
  }
}

function planIds(plan: Plan): { revision: string; plan: string } {
  return { revision: plan.revision.digest.slice(0, 12), plan: plan.digest.value.slice(0, 12) };
}

function logProblem(log: Logger, problem: Problem): void {
  const { code, path, position, remedy } = problem;
  const fields = {
    code,
    remedy,
    ...(path !== undefined && { path }),
    ...(position && { at: `${position.file}:${position.line}:${position.column}` }),
  };
  log[problem.severity === 'error' ? 'error' : 'warn'](fields, problem.message);
}

/** The closing line of a look. */
function logOutcome(logger: Logger, outcome: Outcome, trigger: string): void {
  const log = logger.child({ target: outcome.target, ...(outcome.plan && planIds(outcome.plan)) });
  const level = outcome.kind === 'rollback-failed' ? 'fatal' : exitOf(outcome) === 0 ? 'info' : 'warn';
  log[level](
    { outcome: outcome.kind, trigger, ms: Math.round(outcome.durationMs), requests: outcome.requests },
    describe(outcome),
  );
  for (const problem of outcome.problems) logProblem(log, problem);
}

function describe(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'applied':
      return `applied, verified, ${outcome.runtime === 'proven' ? 'the running gateway follows' : 'runtime unproven'}`;
    case 'rolled-back':
    case 'rollback-failed':
    case 'stale':
      return `${outcome.kind.replace('-', ' ')}: ${outcome.reason}`;
    case 'in-sync':
      return `in sync (${outcome.depth} check)`;
    default:
      return outcome.kind.replaceAll('-', ' ');
  }
}
