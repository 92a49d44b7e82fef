// What a replica reports for the notifications, as JSON.
import type { Trigger } from '../../domain/state/check-record.ts';
import type { Outcome } from '../../domain/outcome/outcome.ts';
import type { Plan } from '../../domain/plan/plan.ts';
import { FACTS, type Facts, HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import type { Reporter, RolloutChange } from '../core/reporter.ts';

export type ReportEntry =
  | {
      readonly is: 'outcome';
      readonly outcome: Outcome;
      readonly trigger: Trigger;
      /** One for each problem: JSON has no symbols. */
      readonly facts: readonly (Facts | null)[];
    }
  | { readonly is: 'planned'; readonly plan: Plan }
  | { readonly is: 'rollout'; readonly rollout: Rollout; readonly change: RolloutChange }
  | {
      readonly is: 'shared';
      readonly what: 'settings' | 'source';
      readonly error?: string;
      readonly problems?: readonly Problem[];
    };

export const outcomeEntry = (outcome: Outcome, trigger: Trigger): ReportEntry => ({
  is: 'outcome',
  outcome,
  trigger,
  facts: outcome.problems.map(({ [FACTS]: facts }) => facts ?? null),
});

export function sharedEntry(what: 'settings' | 'source', error: unknown): ReportEntry {
  if (error === undefined) return { is: 'shared', what };
  if (error instanceof HoldfastError) return { is: 'shared', what, problems: error.problems };
  return { is: 'shared', what, error: String(error) };
}

/** Hands a report to the notifications. One of another version that has no such form is left out. */
export function hear(reporter: Partial<Reporter>, entry: unknown): void {
  if (typeof entry !== 'object' || entry === null || !('is' in entry)) return;
  const report = entry as ReportEntry; // `Replicas.report` was given one
  if (report.is === 'outcome') reporter.outcome?.(withFacts(report.outcome, report.facts), report.trigger);
  if (report.is === 'planned')
    reporter.event?.({ kind: 'planned', target: report.plan.target, plan: report.plan });
  if (report.is === 'rollout') reporter.rollout?.(report.rollout, report.change);
  if (report.is === 'shared') reporter.shared?.(report.what, errorIn(report));
}

function withFacts(outcome: Outcome, facts: readonly (Facts | null)[]): Outcome {
  const problems = outcome.problems.map((problem, i) => {
    const found = facts[i];
    return found ? { ...problem, [FACTS]: found } : problem;
  });
  return { ...outcome, problems };
}

function errorIn({ problems, error }: Extract<ReportEntry, { is: 'shared' }>): unknown {
  if (problems) return new HoldfastError(problems);
  return error === undefined ? undefined : new Error(error);
}
