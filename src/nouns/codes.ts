// The one table of error codes: exit code, what happened, what to do. `docs/errors.md` is generated from it.
// Ranges: 1xxx usage and settings, 2xxx desired state, 3xxx gateway, 4xxx plan and guards, 5xxx apply and rollback,
// 6xxx state, 7xxx daemon, 9xxx our own faults.
import { EXIT, type ExitCode } from './exit.ts';

interface CodeEntry {
  readonly exit: ExitCode;
  readonly summary: string;
  readonly remedy: string;
}

const code = (exit: ExitCode, summary: string, remedy: string): CodeEntry => ({ exit, summary, remedy });

export const CODES = {
  // 1xxx usage and settings
  HF1001: code(EXIT.usage, 'The command line is not understood', 'See `holdfast --help`.'),
  // 2xxx desired state
  // 3xxx gateway
  // 4xxx plan and guards
  // 5xxx apply and rollback
  // 6xxx state
  // 7xxx daemon
  // 9xxx our own faults
  HF9001: code(
    EXIT.unexpected,
    'Unexpected error',
    'This is a fault of Holdfast. Please report it with the output of --verbose.',
  ),
} as const satisfies Record<`HF${number}`, CodeEntry>;

export type Code = keyof typeof CODES;
