// Picks the renderer of a format.
import { reportGithub } from './github.ts';
import { reportJson } from './json.ts';
import { reportJunit } from './junit.ts';
import { reportMarkdown } from './markdown.ts';
import type { Problem } from '../domain/problem/problem.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { driftPlanText } from './text/drift.ts';
import { outcomeText } from './text/outcome.ts';
import { memoryLines, planText } from './text/plan.ts';
import { problemsText } from './text/problem.ts';
import { routeChangesText } from './text/routes.ts';
import { type OutputFormat, type Rehearsal, type Report, untold } from './report.ts';
import type { Outcome } from '../domain/outcome/outcome.ts';
import { colouredDiff } from './text/diff.ts';
import type { Style } from './text/style.ts';
import { terminalSafeIn } from '../lib/terminal-safe.ts';

function reportText(report: Report, style: Style): string {
  const text = report.view?.drift ? driftPlanText : planText;
  const plans = report.plans.map((plan) => text(plan, style, report.view));
  const outcomes = report.outcomes.flatMap((outcome) => [
    ...(outcome.plan ? planPart(outcome.plan, report, style) : []),
    outcomeText({ ...outcome, problems: untold(outcome.problems, toldBefore(outcome, report)) }, style),
  ]);
  const parts = [
    ...plans,
    ...outcomes,
    ...(report.rehearsals ?? []).map((one) => rehearsalText(one, style)),
    ...(report.routes ?? []).map((one) => routeChangesText(one, style).trimEnd()),
    ...(report.problems.length > 0 ? [problemsText(report.problems, style).trimEnd()] : []),
  ];
  return parts.length === 0 ? '' : `${parts.join('\n\n')}\n`;
}

function rehearsalText({ target, summary, diff }: Rehearsal, style: Style): string {
  const title = `${style.accent(style.bold(target))}  ${style.bold('Rehearsal')}  ${summary}`;
  const lines = diff.length === 0 ? ['  the file would not change'] : [colouredDiff(diff.join('\n'), style)];
  return [title, ...lines].join('\n');
}

/** What it was compared with is said of every plan, once. */
function planPart(plan: Plan, report: Report, style: Style): string[] {
  if (isWorthShowing(plan, report)) return [planText(plan, style, report.view)];
  const lines = report.shown?.includes(plan.digest.value) ? [] : memoryLines(plan.memory, style);
  return lines.length === 0 ? [] : [[style.accent(style.bold(plan.target)), ...lines].join('\n')];
}

/** The notes of a plan are told with it. */
function toldBefore({ plan }: Outcome, report: Report): readonly Problem[] {
  const { shown = [], told = [] } = report;
  const isSeen = plan && (isWorthShowing(plan, report) || shown.includes(plan.digest.value));
  return [...told, ...(isSeen ? plan.notes : [])];
}

function isWorthShowing({ changes, writes, digest }: Plan, { shown }: Report): boolean {
  return changes.length + writes.length > 0 && !shown?.includes(digest.value);
}

export function render(given: Report, format: OutputFormat, style: Style): string {
  if (format === 'json') return reportJson(given); // JSON has its own way to spell what acts
  const report = terminalSafeIn(given);
  switch (format) {
    case 'text':
      return reportText(report, style);
    case 'markdown':
      return reportMarkdown(report);
    case 'github':
      return reportGithub(report);
    case 'junit':
      return reportJunit(report);
  }
}
