// The daemon's log: one structured line per event, with target, revision, commit and plan if they are known. The
// input can't contain secrets: plans, outcomes and problems have none.
import type { Logger } from 'pino';
import type { Event } from '../../domain/outcome/event.ts';
import { exitOf, type Outcome, untestedNote } from '../../domain/outcome/outcome.ts';
import { pending, type Plan } from '../../domain/plan/plan.ts';
import { HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { Reporter } from './reporter.ts';

export function logReporter(logger: Logger): Reporter {
  /** For each target, the subject of the current or last work. */
  const about = new Map<string, Ids>();
  const underWay = new Set<string>();
  const of = (target: string): Logger => logger.child({ target, ...about.get(target) });
  return {
    started: (targets, drift) => logger.info({ targets: targets.map(({ name }) => name), drift }, 'started'),
    event(event) {
      if (event.kind === 'step' && event.step === 'lock') {
        about.delete(event.target);
        underWay.add(event.target);
      }
      if (event.kind === 'planned') about.set(event.target, idsOf(event.plan));
      logEvent(of(event.target), event);
    },
    outcome(outcome, trigger) {
      const began = underWay.delete(outcome.target);
      if (outcome.plan) about.set(outcome.target, idsOf(outcome.plan));
      else if (!began) about.delete(outcome.target);
      logOutcome(of(outcome.target), outcome, trigger);
    },
    note: (level, text) => logger[level](text),
    failed: (error, target) => logFailure(target === undefined ? logger : of(target), error),
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
      'a check failed; the next one starts from the beginning',
    );
}

function logPlan(log: Logger, plan: Plan): void {
  if (plan.changes.length + plan.writes.length === 0) return;
  log.info(
    { changes: plan.changes.length, requests: plan.writes.length },
    `plan: ${pending(plan).length > 0 ? `${pending(plan).length} to apply` : 'nothing to apply'}`,
  );
  for (const { path, kind, origin, disposition } of plan.changes)
    log.info(
      { path, kind, origin, disposition },
      `${kind} ${path}${disposition === 'apply' ? '' : ' (not changed)'}`,
    );
}

/** The fields of a line besides its target; digests by their first 12 digits, as reports show them. */
interface Ids {
  readonly revision: string;
  readonly plan: string;
  readonly commit?: string;
}

function idsOf({ revision, digest }: Plan): Ids {
  const { commit } = revision;
  return {
    revision: revision.digest.slice(0, 12),
    plan: digest.value.slice(0, 12),
    ...(commit && { commit: commit.sha }),
  };
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

/** The last line of a check. */
function logOutcome(log: Logger, outcome: Outcome, trigger: string): void {
  const isFine = exitOf(outcome) === 0 || outcome.kind === 'waiting';
  const level = outcome.kind === 'rollback-failed' ? 'fatal' : isFine ? 'info' : 'warn';
  log[level](
    { outcome: outcome.kind, trigger, ms: Math.round(outcome.durationMs), requests: outcome.requests },
    describe(outcome),
  );
  for (const problem of outcome.problems) logProblem(log, problem);
}

function describe(outcome: Outcome): string {
  switch (outcome.kind) {
    case 'applied':
      return `applied and verified${untestedNote(outcome)}`;
    case 'rolled-back':
    case 'rollback-failed':
    case 'stale':
      return `${outcome.kind.replace('-', ' ')}: ${outcome.reason}`;
    case 'waiting':
      return `waits ${outcome.reason}`;
    case 'in-sync':
      return `in sync (${outcome.depth} check)`;
    default:
      return outcome.kind.replaceAll('-', ' ');
  }
}
