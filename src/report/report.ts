// The result of a command, for all renderers. Data only.
import type { ExitCode } from '../domain/problem/exit.ts';
import type { Outcome, OutcomeKind } from '../domain/outcome/outcome.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { Problem } from '../domain/problem/problem.ts';
import type { PlanView } from './text/plan.ts';
import type { RouteChangesView } from './text/routes.ts';

export type OutputFormat = 'text' | 'json' | 'markdown' | 'github' | 'junit';

/** `failed`: at least one target couldn't be checked. */
export type Result = 'in-sync' | 'changes' | 'refused' | 'failed';

/** What an embedded gateway did with a plan, and what it would store. */
export interface Rehearsal {
  readonly target: string;
  readonly kind: OutcomeKind;
  readonly summary: string;
  /** Lines of a unified diff without secrets; none if the file wouldn't change. */
  readonly diff: readonly string[];
}

export interface Report {
  readonly command: string;
  readonly exit: ExitCode;
  /** The exit code of what was found, before `--fail-on` allows some of it. Absent: the same. */
  readonly found?: ExitCode;
  /** The result in one word. */
  readonly result?: Result;
  /** `plan`, `diff`, `drift`: one per target. */
  readonly plans: readonly Plan[];
  /** `apply`, `restore`: one per target. */
  readonly outcomes: readonly Outcome[];
  /** All other problems, in reading order. */
  readonly problems: readonly Problem[];
  /** `plan --routes`: the models that other credentials would serve, per target. */
  readonly routes?: readonly RouteChangesView[];
  /** `plan --rehearse`, per target. */
  readonly rehearsals?: readonly Rehearsal[];
  /** Where all is well and there may be nothing to list: Markdown and GitHub say this. Text output has its own way. */
  readonly statement?: string;
  /** How much of a plan text output shows. */
  readonly view?: PlanView;
  /** Digests of plans that the reader has already seen: text output doesn't repeat them. */
  readonly shown?: readonly string[];
  /** Problems that the reader has already seen: the same. */
  readonly told?: readonly Problem[];
}

/** Every plan of a report, those inside outcomes included. */
export function plansOf(report: Report): readonly Plan[] {
  return [...report.plans, ...report.outcomes.flatMap((outcome) => (outcome.plan ? [outcome.plan] : []))];
}

/** Those of `problems` that aren't among those that were told. */
export function untold(problems: readonly Problem[], told: readonly Problem[]): readonly Problem[] {
  const known = new Set(told.map(sentenceOf));
  return problems.filter((problem) => !known.has(sentenceOf(problem)));
}

const sentenceOf = ({ code, message, target, position }: Problem): string =>
  [target, code, message, position?.file, position?.line].join(' ');

/** Every problem of a report: its own, the plans' notes, the outcomes'. */
export function problemsOf(report: Report): readonly Problem[] {
  return [
    ...report.problems,
    ...plansOf(report).flatMap((plan) => plan.notes),
    ...report.outcomes.flatMap((outcome) => outcome.problems),
  ];
}
