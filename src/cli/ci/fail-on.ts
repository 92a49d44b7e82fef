// `--fail-on`: the least severe finding for which a command ends with an exit code other than 0.
import { type Command, Option } from 'commander';
import { EXIT, type ExitCode } from '../../domain/problem/exit.ts';

/** Each value includes the earlier ones. */
const FAIL_ON = ['never', 'error', 'refused', 'changes'] as const;
export type FailOn = (typeof FAIL_ON)[number];

export function failOnOption(command: Command, usual: FailOn): Command {
  return command.addOption(
    new Option(
      '--fail-on <what>',
      `the mildest finding that makes the exit code nonzero: an error, a refusal by a guard, or any change (default: ${usual})`,
    ).choices(FAIL_ON),
  );
}

/** The exit code for what was found on one target. */
export function gated(found: ExitCode, failOn: FailOn): ExitCode {
  if (failOn === 'never') return EXIT.ok;
  if (found === EXIT.differences) return failOn === 'changes' ? found : EXIT.ok;
  if (found === EXIT.refused) return failOn === 'error' ? EXIT.ok : found;
  return found;
}
