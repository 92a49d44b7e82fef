// Outputs of a step in GitHub, Gitea and Forgejo Actions, for decisions of later steps. Written if the report has
// the format `--output github`.
import { appendFile } from 'node:fs/promises';
import { relative } from 'node:path';
import { pending } from '../../domain/plan/plan.ts';
import { reportMarkdown } from '../../report/markdown.ts';
import { plansOf, type Report } from '../../report/report.ts';
import type { Globals, Io } from '../../compose/io.ts';

/** Files that the runner names; without them, nothing is written. */
export async function writeOutputs(
  io: Io,
  { output }: Globals,
  report: Report,
  planFile?: string,
): Promise<void> {
  if (output !== 'github') return;
  const { GITHUB_OUTPUT: outputs, GITHUB_STEP_SUMMARY: summary } = io.env;
  const [plan, ...others] = plansOf(report);
  const changes = plansOf(report).reduce((sum, each) => sum + pending(each).length, 0);
  const lines = [
    `exit=${report.found ?? report.exit}`,
    ...(report.result === undefined ? [] : [`result=${report.result}`]),
    `changes=${changes}`,
    `digest=${plan && others.length === 0 ? plan.digest.value : ''}`,
    `plan-file=${planFile === undefined ? '' : relative(io.cwd, planFile)}`,
  ];
  if (outputs) await appendFile(outputs, `${lines.join('\n')}\n`);
  const page = io.redact?.(reportMarkdown(report)) ?? reportMarkdown(report);
  // A runner accepts 1 MiB per step.
  if (summary) await appendFile(summary, page.slice(0, 1_000_000));
}
