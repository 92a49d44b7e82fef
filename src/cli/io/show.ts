// Printing: reports, problems, tables, a command's own JSON. Results go to stdout. Problems of a failed command go
// to stderr as text, and to stdout in every machine-readable format.
import type { ExitCode } from '../../domain/problem/exit.ts';
import { fail, type Problem } from '../../domain/problem/problem.ts';
import { document } from '../../report/json.ts';
import { render } from '../../report/render.ts';
import { problemsText } from '../../report/text/problem.ts';
import { type Report, untold } from '../../report/report.ts';
import type { PlanView } from '../../report/text/plan.ts';
import type { Style } from '../../report/text/style.ts';
import { wrapped } from '../../report/text/wrap.ts';
import { plural } from '../../lib/text.ts';
import { type Globals, type Io, styleOf } from '../../compose/io.ts';

/** What `--verbose` adds to a plan. */
export const viewOf = ({ verbose, undeclared }: Globals & { readonly undeclared?: boolean }): PlanView => ({
  ...(verbose && { everyFinding: true }),
  ...(undeclared && { undeclared: true }),
});

export function showReport(io: Io, globals: Globals, found: Report): void {
  const report = { ...found, view: { ...viewOf(globals), ...found.view } };
  io.exit = report.exit;
  if (globals.output !== 'text') return io.out(render(report, globals.output, styleOf(io, globals)));
  io.out(wrapped(render({ ...report, problems: [] }, 'text', styleOf(io, globals)), io.columns));
  io.err(wrapped(problemsText(notNotes(report), styleOf(io, globals, 'stderr')), io.columns));
}

const notNotes = ({ plans, problems }: Report): readonly Problem[] =>
  untold(
    problems,
    plans.flatMap(({ notes }) => notes),
  );

export function showProblems(
  io: Io,
  globals: Globals,
  command: string,
  exit: ExitCode,
  problems: readonly Problem[],
): void {
  showReport(io, globals, { command, exit, plans: [], outcomes: [], problems });
}

/** Problems that don't stop the command, on stderr. */
export function showWarnings(io: Io, globals: Globals, problems: readonly Problem[]): void {
  if (!globals.quiet) io.err(wrapped(problemsText(problems, styleOf(io, globals, 'stderr')), io.columns));
}

/** Warnings about the settings in one line, because every command would repeat them. Those without a place in full. */
export function showSettingsWarnings(io: Io, globals: Globals, problems: readonly Problem[]): void {
  const placed = problems.filter(({ position }) => position);
  showWarnings(
    io,
    globals,
    problems.filter(({ position }) => !position),
  );
  if (globals.quiet || placed.length === 0) return;
  const count = styleOf(io, globals, 'stderr').warn(plural(placed.length, 'warning'));
  io.err(wrapped(`${count} about the settings: run \`holdfast validate\` to see them\n`, io.columns));
}

/** A command whose result is not a report: text, or the same as JSON. `asIs`: YAML, JSON, a diff, which isn't wrapped. */
export function show(
  io: Io,
  globals: Globals,
  command: string,
  content: object,
  text: (style: Style, columns: number | undefined) => string,
  { asIs = false }: { readonly asIs?: boolean } = {},
): void {
  if (globals.output === 'json') return io.out(document({ command, exit: io.exit, ...content }));
  if (globals.output !== 'text')
    throw fail('HF1001', `${command} prints text or json, not ${globals.output}`);
  const given = text(styleOf(io, globals), io.columns);
  const shown = asIs ? given : wrapped(given, io.columns);
  io.out(shown === '' || shown.endsWith('\n') ? shown : `${shown}\n`);
}
