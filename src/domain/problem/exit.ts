// Exit codes of the command line, and which of several wins.

export const EXIT = {
  ok: 0,
  unexpected: 1,
  differences: 2,
  invalid: 3,
  refused: 4,
  unreachable: 5,
  rolledBack: 6,
  rollbackFailed: 7,
  stale: 8,
  usage: 64,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

const SEVERITY: readonly ExitCode[] = [64, 7, 1, 5, 6, 8, 4, 3, 2, 0];

/** The code for several targets: the most severe one. */
export function worstExit(codes: readonly ExitCode[]): ExitCode {
  return SEVERITY.find((code) => codes.includes(code)) ?? EXIT.ok;
}
