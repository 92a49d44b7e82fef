// Problems as values: a stable code, a position, a description, a remedy. Problems accumulate; the first one doesn't
// stop the rest. They are thrown only across a boundary, inside a HoldfastError.
import { shellWord } from '../../lib/shell.ts';
import { CODES, type Code } from './codes.ts';
import { EXIT, type ExitCode, worstExit } from './exit.ts';

/** Facts from a problem's text, as values for the program. */
export interface Facts {
  /** HF6001: who has the lock. */
  readonly holder?: string;
  /** HF2020: the variable that isn't set. */
  readonly variable?: string;
  /** HF2111: which key expires when, as one text. */
  readonly expiring?: string;
}

/** Kept under a symbol: facts stay in the process, and no JSON format, log or page contains them. */
export const FACTS: unique symbol = Symbol('facts');

/** A place in a file; line and column count from 1, the column in characters. */
export interface Position {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

export interface Problem {
  readonly code: Code;
  readonly severity: 'error' | 'warning';
  /** One sentence that says what is wrong. Never contains a secret. */
  readonly message: string;
  /** What to do about it; the remedy of the code unless the caller has a better one. */
  readonly remedy: string;
  readonly position?: Position;
  /** A path as text (`path.ts`). */
  readonly path?: string;
  readonly target?: string;
  readonly [FACTS]?: Facts;
}

export interface ProblemDetails {
  readonly remedy?: string | undefined;
  readonly position?: Position | undefined;
  readonly path?: string | undefined;
  readonly target?: string | undefined;
  readonly severity?: 'error' | 'warning' | undefined;
  readonly facts?: Facts | undefined;
}

/** A remedy that tells you to explain a path names this one. */
const remedyFor = (code: Code, path: string | undefined): string =>
  path === undefined
    ? CODES[code].remedy
    : CODES[code].remedy.replace('`holdfast explain PATH`', () => `\`holdfast explain ${shellWord(path)}\``);

export function problem(code: Code, message: string, details: ProblemDetails = {}): Problem {
  const {
    remedy = remedyFor(code, details.path),
    severity = 'error',
    position,
    path,
    target,
    facts,
  } = details;
  return {
    code,
    severity,
    message,
    remedy,
    ...(position && { position }),
    ...(path !== undefined && { path }),
    ...(target !== undefined && { target }),
    ...(facts && { [FACTS]: facts }),
  };
}

/** Carries problems across a boundary. The exit code is that of the most severe problem. */
export class HoldfastError extends Error {
  readonly problems: readonly Problem[];
  readonly exit: ExitCode;

  constructor(problems: readonly Problem[], options?: ErrorOptions) {
    super(problems.map((p) => `${p.code}: ${p.message}`).join('\n'), options);
    this.name = 'HoldfastError';
    this.problems = problems;
    this.exit = worstExit(problems.filter((p) => p.severity === 'error').map((p) => CODES[p.code].exit));
    if (this.exit === EXIT.ok) this.exit = EXIT.unexpected;
  }
}

/** A HoldfastError of one problem, to be thrown. */
export function fail(
  code: Code,
  message: string,
  details: ProblemDetails = {},
  options?: ErrorOptions,
): HoldfastError {
  return new HoldfastError([problem(code, message, details)], options);
}

/** Throws all of them if one is an error. */
export function refuseErrors(problems: readonly Problem[]): void {
  if (problems.some(({ severity }) => severity === 'error')) throw new HoldfastError(problems);
}

/** Problems in reading order: by file, line, column, then code. */
export function inReadingOrder(problems: readonly Problem[]): Problem[] {
  const place = (p: Problem): [string, number, number] => [
    p.position?.file ?? '',
    p.position?.line ?? 0,
    p.position?.column ?? 0,
  ];
  return problems.toSorted((a, b) => {
    const [fileA, lineA, columnA] = place(a);
    const [fileB, lineB, columnB] = place(b);
    return fileA.localeCompare(fileB) || lineA - lineB || columnA - columnB || a.code.localeCompare(b.code);
  });
}
