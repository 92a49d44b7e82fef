// Problems for people: where, what, and what to do, in the form editors and terminals make clickable.
import type { Position, Problem } from '../nouns/problem.ts';
import { plural, type Style } from './style.ts';
import { oneLine } from './visible.ts';

export function placeText(position: Position | undefined): string {
  return position ? `${position.file}:${position.line}:${position.column}` : '';
}

export function problemText(problem: Problem, style: Style): string {
  const word = problem.severity === 'error' ? style.bad('error') : style.warn('warning');
  const place = placeText(problem.position);
  const where = [place, problem.target && !place ? problem.target : '', problem.path ?? '']
    .filter(Boolean)
    .join('  ');
  const head = `${word} ${style.dim(problem.code)} ${oneLine(problem.message)}`;
  return [
    head,
    ...(where ? [`  ${style.dim('at')} ${oneLine(where)}`] : []),
    `  ${style.dim('fix')} ${oneLine(problem.remedy)}`,
  ].join('\n');
}

/** All problems and a closing count; empty for none. */
export function problemsText(problems: readonly Problem[], style: Style): string {
  if (problems.length === 0) return '';
  const errors = problems.filter((problem) => problem.severity === 'error').length;
  const counts = [
    ...(errors > 0 ? [style.bad(plural(errors, 'error'))] : []),
    ...(problems.length > errors ? [style.warn(plural(problems.length - errors, 'warning'))] : []),
  ];
  return `${problems.map((problem) => problemText(problem, style)).join('\n\n')}\n\n${counts.join(', ')}\n`;
}
