// Problems for people: position, description and remedy, in a form that editors and terminals make clickable.
import type { Position, Problem } from '../../domain/problem/problem.ts';
import { plural } from '../../lib/text.ts';
import type { Style } from './style.ts';
import { oneLine } from '../../lib/terminal-safe.ts';

export function placeText(position: Position | undefined): string {
  return position ? `${position.file}:${position.line}:${position.column}` : '';
}

/** Maximum characters of one line; only names of extreme length reach it. */
const LONGEST = 2000;

function brief(text: string): string {
  return oneLine(text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text);
}

export function problemText(problem: Problem, style: Style): string {
  const word = problem.severity === 'error' ? style.bad('error') : style.warn('warning');
  const place = placeText(problem.position);
  const where = [place, problem.target && !place ? problem.target : '', problem.path ?? '']
    .filter(Boolean)
    .join('  ');
  const head = `${word} ${style.dim(problem.code)} ${brief(problem.message)}`;
  return [
    head,
    ...(where ? [`  ${style.dim(problem.target && !place ? 'target' : 'at')} ${brief(where)}`] : []),
    `  ${style.dim('fix')} ${brief(problem.remedy)}`,
  ].join('\n');
}

/** More are counted, not printed, so that the first ones stay visible. `--output json` has all of them. */
const MOST_PROBLEMS = 100;

/** All problems and a closing count; empty for none. */
export function problemsText(problems: readonly Problem[], style: Style): string {
  if (problems.length === 0) return '';
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const counts = [
    ...(errors > 0 ? [style.bad(plural(errors, 'error'))] : []),
    ...(problems.length > errors ? [style.warn(plural(problems.length - errors, 'warning'))] : []),
  ];
  const left = problems.length - MOST_PROBLEMS;
  const shown = [
    ...problems.slice(0, MOST_PROBLEMS).map((problem) => problemText(problem, style)),
    ...(left > 0 ? [style.dim(`… and ${left} more; --output json shows all`)] : []),
  ];
  return `${shown.join('\n\n')}\n\n${counts.join(', ')}\n`;
}

/** Message and remedy on one line. */
export function withRemedy({
  message,
  remedy,
}: {
  readonly message: string;
  readonly remedy: string;
}): string {
  return `${message}${/[.!?]$/.test(message) ? '' : '.'} ${remedy}`;
}
