// Machine-readable output: one JSON document in every case, errors included.
import { memoryText, WAYS_TO_REMEMBER } from '../domain/plan/memory.ts';
import type { Plan } from '../domain/plan/plan.ts';
import { outcomeSentence } from './text/outcome.ts';
import { plansOf, type Report } from './report.ts';

export const RESULT_FORMAT = 'holdfast.result/1';

export function reportJson(report: Report): string {
  const memory = plansOf(report).map(memoryOf);
  return document({
    command: report.command,
    exit: report.exit,
    ...(report.result !== undefined && { result: report.result }),
    ...(memory.length > 0 && { memory }),
    plans: report.plans,
    outcomes: report.outcomes.map((outcome) => ({ ...outcome, summary: outcomeSentence(outcome) })),
    ...(report.routes && { routes: report.routes }),
    ...(report.rehearsals && { rehearsals: report.rehearsals }),
    problems: report.problems,
  });
}

/** What each plan was compared with, in words. */
function memoryOf({ target, memory }: Plan): object {
  const text = memoryText(memory);
  return {
    target,
    source: memory.source,
    ...(text !== undefined && { text }),
    ...(memory.source === 'none' && { remedies: WAYS_TO_REMEMBER }),
  };
}

/** Any other command's result under the same envelope. */
export function document(content: object): string {
  return `${JSON.stringify({ format: RESULT_FORMAT, ...content }, null, 2)}\n`;
}
