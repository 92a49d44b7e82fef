// The one table of error codes: exit code, what happened, what to do. `docs/errors.md` is generated from it. Each range has
// a file beside this one.
import { APPLY_CODES } from './codes-apply.ts';
import { DAEMON_CODES } from './codes-daemon.ts';
import { DESIRED_STATE_CODES } from './codes-desired-state.ts';
import { FORGE_CODES } from './codes-forges.ts';
import { GATEWAY_CODES } from './codes-gateway.ts';
import { PLAN_CODES } from './codes-plan.ts';
import { STATE_CODES } from './codes-state.ts';
import { USAGE_CODES } from './codes-usage.ts';
import { code, type CodeEntry } from './code-entry.ts';
import { EXIT } from './exit.ts';

export const CODES = {
  ...USAGE_CODES, // 1xxx
  ...DESIRED_STATE_CODES, // 2xxx
  ...GATEWAY_CODES, // 3xxx
  ...PLAN_CODES, // 4xxx
  ...APPLY_CODES, // 5xxx
  ...STATE_CODES, // 6xxx
  ...DAEMON_CODES, // 7xxx
  ...FORGE_CODES, // 8xxx
  // 9xxx: our own faults
  HF9001: code(
    EXIT.unexpected,
    'Unexpected error',
    'This is a bug in Holdfast. Please report it with the output of --verbose.',
    { unanswered: true },
  ),
} as const satisfies Record<`HF${number}`, CodeEntry>;

export type Code = keyof typeof CODES;

/** Whether this version has the code. */
export const isCode = (text: string): text is Code => Object.hasOwn(CODES, text);

/** Whether it says that a client key has expired, or will soon. */
export const isOfExpiry = (code: Code): boolean => code === 'HF2110' || code === 'HF2111';

/** Whether it is about the files of desired state: range 2xxx. */
export const isOfDesiredState = (code: Code): boolean => code.startsWith('HF2');
