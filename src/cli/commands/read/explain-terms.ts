// What `holdfast explain` says about an error code, a guard and a status of a target.
import { readFileSync } from 'node:fs';
import { type Code, CODES, isCode } from '../../../domain/problem/codes.ts';
import { type Severity, SYNC_STATUSES } from '../../../domain/outcome/sync-status.ts';
import type { ExitCode } from '../../../domain/problem/exit.ts';
import { packageFile } from '../../../lib/package-files.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { nearest } from '../../../lib/suggest.ts';
import type { Style } from '../../../report/text/style.ts';

export interface ExplainedCode {
  readonly code: Code;
  readonly exit: ExitCode;
  readonly summary: string;
  readonly remedy: string;
}

export interface ExplainedGuard {
  readonly guard: string;
  readonly refuses: string;
  readonly example: string;
  readonly allow: string;
  readonly description: string;
}

export interface ExplainedStatus {
  readonly status: string;
  readonly severity: Severity;
  readonly meaning: string;
}

export type ExplainedWord = ExplainedCode | ExplainedGuard | ExplainedStatus;

/** Undefined: the word is none of these. Throws HF1001 for a code that doesn't exist. */
export function explainedWord(word: string): ExplainedWord | undefined {
  if (/^HF\d+$/i.test(word)) return explainedCode(word.toUpperCase());
  return guards().find(({ guard }) => guard === word) ?? statuses().find(({ status }) => status === word);
}

/** The guard or status that is spelled almost like this. */
export function termLike(word: string): string | undefined {
  const names = guards().map(({ guard }) => guard);
  const near = nearest(word, [...names, ...Object.keys(SYNC_STATUSES)]);
  if (near === undefined) return undefined;
  return `the ${names.includes(near) ? 'guard' : 'status'} \`${near}\``;
}

const statuses = (): readonly ExplainedStatus[] =>
  Object.entries(SYNC_STATUSES).map(([status, { severity, meaning }]) => ({ status, severity, meaning }));

function explainedCode(word: string): ExplainedCode {
  if (isCode(word)) return { code: word, ...CODES[word] };
  const near = Object.keys(CODES).find((code) => differInOne(code, word));
  const meant = near === undefined ? '' : `Did you mean \`${near}\`? `;
  throw fail('HF1001', `there is no error code ${word}`, {
    remedy: `${meant}docs/errors.md lists all codes.`,
  });
}

/** Other codes are no more similar than any two are. */
const differInOne = (code: string, word: string): boolean =>
  code.length === word.length && [...code].filter((digit, i) => digit !== word[i]).length === 1;

/** From docs/guards.md: a row of its table and a section for each guard. */
function guards(): readonly ExplainedGuard[] {
  const page = readFileSync(packageFile('docs/guards.md'), 'utf8');
  const rows = page.matchAll(/^\| \[`([a-z-]+)`\]\(#\1\) \| (.*?) \| (.*?) \| (.*?) \|$/gm);
  return [...rows].map(([, guard = '', refuses = '', example = '', allow = '']) => ({
    guard,
    refuses,
    example,
    allow,
    description: sectionOf(page, guard),
  }));
}

function sectionOf(page: string, guard: string): string {
  const start = page.indexOf(`\n## ${guard}\n`);
  if (start < 0) return '';
  const from = start + guard.length + 5;
  const end = page.indexOf('\n## ', from);
  return page.slice(from, end < 0 ? page.length : end).trim();
}

export function explainedWordText(word: ExplainedWord, style: Style): string {
  const fact = (name: string, text: string): string => `  ${style.dim(name.padEnd(8))} ${text}`;
  if ('code' in word)
    return [
      style.accent(style.bold(word.code)),
      word.summary,
      '',
      fact('exit', String(word.exit)),
      fact('fix', word.remedy),
      '',
    ].join('\n');
  if ('status' in word)
    return [
      style.accent(style.bold(word.status)),
      word.meaning,
      '',
      fact('severity', word.severity),
      fact('more', 'docs/operations.md#status-of-a-target'),
      '',
    ].join('\n');
  return [
    style.accent(style.bold(word.guard)),
    `Refuses ${word.refuses}.`,
    '',
    fact('example', word.example),
    fact('allow', word.allow),
    '',
    word.description,
    '',
  ].join('\n');
}
