// The machine's view: one JSON document on every path, errors included.
import { outcomeSentence } from './text/outcome.ts';
import type { Report } from './report.ts';

export const RESULT_FORMAT = 'holdfast.result/1';

export function reportJson(report: Report): string {
  return document({
    command: report.command,
    exit: report.exit,
    ...(report.result !== undefined && { result: report.result }),
    plans: report.plans,
    outcomes: report.outcomes.map((outcome) => ({ ...outcome, summary: outcomeSentence(outcome) })),
    problems: report.problems,
  });
}

/** Any other command's result under the same envelope. */
export function document(content: object): string {
  return `${JSON.stringify({ format: RESULT_FORMAT, ...content }, null, 2)}\n`;
}
