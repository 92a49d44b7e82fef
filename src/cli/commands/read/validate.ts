// `holdfast validate`: the settings and the desired state of every target, without a gateway.
import type { Command } from 'commander';
import { EXIT } from '../../../domain/problem/exit.ts';
import { HoldfastError, inReadingOrder, type Problem } from '../../../domain/problem/problem.ts';
import { plural } from '../../../lib/text.ts';
import type { Io } from '../../../compose/io.ts';
import { baseOption, onCall, repeatable, sourceOptions } from '../../io/options.ts';
import { showReport } from '../../io/show.ts';
import type { PlanFlags } from '../../../compose/flags.ts';

interface Flags extends PlanFlags {
  readonly allowUnresolved?: boolean;
  readonly gatewayVersion?: string;
}

export function define(command: Command, io: Io): void {
  const validate = baseOption(sourceOptions(command))
    .option('--allow-unresolved', "accept references whose secrets aren't available here")
    .addOption(repeatable('--allow <guard[:path]>', 'override a guard, for example literal-secret'))
    .option('--gateway-version <version>', 'report the keys that this gateway version would ignore or refuse')
    .option('--state <dir>', "Holdfast's state directory (default: .holdfast)")
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast validate
  $ holdfast validate --allow-unresolved --output github     # in a pull request, without secrets
  $ holdfast validate --base merge-base:main                 # what is no longer declared
  $ holdfast validate --gateway-version 8.0.21               # before an upgrade or a downgrade`,
    );
  onCall(validate, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  const { validateAll } = await import('./validation.ts');
  const { problems, targets, files } = await validateAll(flags, io);
  const errors = problems.filter((problem) => problem.severity === 'error');
  const exit = errors.length > 0 ? new HoldfastError(errors).exit : EXIT.ok;
  const isValid = exit === EXIT.ok;
  const statement = `valid: ${plural(files, 'file')} for ${plural(targets, 'target')}`;
  showReport(io, flags, {
    command: 'validate',
    exit,
    plans: [],
    outcomes: [],
    problems: unique(inReadingOrder(problems)),
    ...(isValid && { statement }),
  });
  if (!isValid || flags.output !== 'text' || flags.quiet) return;
  if (problems.length > 0) io.err('\n');
  io.out(`${statement}\n`);
}

/** Targets share directories: one mistake is one problem. */
function unique(problems: readonly Problem[]): Problem[] {
  return [
    ...new Map(
      problems.map((problem) => [
        JSON.stringify([problem.code, problem.position, problem.path, problem.message]),
        problem,
      ]),
    ).values(),
  ];
}
