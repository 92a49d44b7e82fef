// Workflow commands of GitHub Actions: annotations at the lines of the desired state that caused them.
import { formerOf } from '../domain/plan/change.ts';
import { memoryText, UNLESS_FIRST, WAYS_TO_REMEMBER } from '../domain/plan/memory.ts';
import type { Plan } from '../domain/plan/plan.ts';
import type { Position } from '../domain/problem/problem.ts';
import { sentence } from '../lib/text.ts';
import { planSummary } from './text/plan.ts';
import { outcomeSentence } from './text/outcome.ts';
import { plansOf, problemsOf, type Report } from './report.ts';
import { withRemedy } from './text/problem.ts';
import { shownText } from './text/value.ts';

type Level = 'error' | 'warning' | 'notice';

const escapeText = (text: string): string =>
  text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
const escapeProperty = (text: string): string =>
  escapeText(text).replaceAll(':', '%3A').replaceAll(',', '%2C');

function annotation(level: Level, title: string, text: string, position?: Position): string {
  const place = position
    ? [`file=${escapeProperty(position.file)}`, `line=${position.line}`, `col=${position.column}`]
    : [];
  return `::${level} ${[...place, `title=${escapeProperty(title)}`].join(',')}::${escapeText(text)}`;
}

function memoryLine({ memory, target }: Plan): string[] {
  const text = memoryText(memory);
  if (text === undefined) return [];
  if (memory.source !== 'none') return [annotation('notice', `${target}: base`, sentence(text))];
  return [
    annotation('warning', `${target}: HF4012`, [sentence(text), UNLESS_FIRST, ...WAYS_TO_REMEMBER].join(' ')),
  ];
}

export function reportGithub(report: Report): string {
  const plans = plansOf(report);
  const lines = [
    ...plans.flatMap(memoryLine),
    ...problemsOf(report).map((p) => annotation(p.severity, p.code, withRemedy(p), p.position)),
    ...plans.flatMap((plan) => [
      ...plan.changes.map((change) =>
        annotation(
          'notice',
          `${plan.target}: ${change.kind} ${change.path}`,
          `${shownText(formerOf(change))} → ${shownText(change.after)}`,
          change.position,
        ),
      ),
      ...plan.verdicts.map((verdict) => {
        const override = verdict.allowed || !verdict.override ? '' : ` Override: ${verdict.override}`;
        return annotation(
          verdict.allowed ? 'warning' : 'error',
          `${plan.target}: ${verdict.guard}`,
          `${verdict.allowed ? `${verdict.message} (allowed)` : withRemedy(verdict)}${override}`,
        );
      }),
    ]),
    ...report.plans.map((plan) => `${plan.target}: ${planSummary(plan)}`),
    ...(report.statement === undefined ? [] : [report.statement]),
    ...report.outcomes.map((outcome) => `${outcome.target}: ${outcomeSentence(outcome)}`),
  ];
  return lines.length === 0 ? '' : `${lines.join('\n')}\n`;
}
