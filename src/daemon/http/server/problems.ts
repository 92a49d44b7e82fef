// Errors as problem details (RFC 9457): Holdfast's coded problems, never a stack trace, never the text of a bug.
import type { FastifyError } from 'fastify';
import { type Code, CODES } from '../../../domain/problem/codes.ts';
import { EXIT, type ExitCode } from '../../../domain/problem/exit.ts';
import { HoldfastError, type Problem, problem } from '../../../domain/problem/problem.ts';
import type { ProblemView } from '../../../api-schema/views.ts';

export const PROBLEM_TYPE = 'application/problem+json';

const STATUS: Partial<Record<Code, number>> = {
  HF1003: 404,
  HF1004: 404,
  HF5040: 404,
  HF6007: 404,
  HF7036: 400,
  HF7037: 401,
  HF7038: 403,
  HF7039: 403,
  HF7040: 421,
  HF7041: 429,
  HF7042: 400,
  HF7043: 404,
  HF7044: 503,
  HF7045: 503,
};

const STATUS_OF_EXIT: Partial<Record<ExitCode, number>> = {
  [EXIT.usage]: 400,
  [EXIT.invalid]: 422,
  [EXIT.refused]: 409,
  [EXIT.stale]: 409,
  [EXIT.unreachable]: 502,
};

/** `unexpected`: a bug in Holdfast, which must be logged. */
export function problemOf(error: unknown): { readonly view: ProblemView; readonly unexpected: boolean } {
  if (error instanceof HoldfastError)
    return { view: viewOf(error.problems, statusOf(error)), unexpected: false };
  const { statusCode = 500, message, validation } = error as Partial<FastifyError>;
  if (validation || (statusCode >= 400 && statusCode < 500)) {
    const found = problem('HF7036', message ?? "the request isn't valid");
    return { view: viewOf([found], statusCode), unexpected: false };
  }
  return {
    view: viewOf([problem('HF9001', 'Holdfast failed to process the request because of a bug')], 500),
    unexpected: true,
  };
}

function statusOf(error: HoldfastError): number {
  const code = error.problems[0]?.code;
  return (code && STATUS[code]) ?? STATUS_OF_EXIT[error.exit] ?? 500;
}

function viewOf(problems: readonly Problem[], status: number): ProblemView {
  const [first] = problems;
  return {
    type: `urn:holdfast:error:${first?.code ?? 'HF9001'}`,
    title: CODES[first?.code ?? 'HF9001'].summary,
    status,
    ...(first && { detail: first.message }),
    problems: problems.map(({ code, message, remedy, path }) => ({
      code,
      message,
      remedy,
      ...(path !== undefined && { path }),
    })),
  };
}
