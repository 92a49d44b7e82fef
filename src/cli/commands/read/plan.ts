// `holdfast plan` and `holdfast diff`.
import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { EXIT } from '../../../domain/problem/exit.ts';
import { isRefused, type Plan } from '../../../domain/plan/plan.ts';
import type { Io } from '../../../compose/io.ts';
import { checkTargets, reportOfChecks } from './check.ts';
import { gatewayOptions, onCall, planOptions, sourceOptions } from '../../io/options.ts';
import { showReport } from '../../io/show.ts';
import { type RemoteFlags, remoteOptions } from '../../io/remote-options.ts';

interface Flags extends RemoteFlags {
  readonly out?: string;
  readonly exitCode?: boolean;
  readonly shallow?: boolean;
}

export function define(command: Command, io: Io): void {
  const withExit = options(command).option('--exit-code', 'exit with 2 if something differs');
  onCall(withExit, (flags: Flags) => run('plan', flags, io));
}

/** `diff` is `plan --exit-code`. */
export const diff = {
  define(command: Command, io: Io): void {
    const described = options(command).addHelpText(
      'after',
      '\nExits with 0 if nothing differs, 2 if something differs, and 4 if a guard would refuse the apply.',
    );
    onCall(described, (flags: Flags) => run('diff', { ...flags, exitCode: true }, io));
  },
};

function options(command: Command): Command {
  return remoteOptions(planOptions(gatewayOptions(sourceOptions(command))))
    .option('-o, --out <file>', 'save the plan of one target as JSON, for `holdfast apply FILE`')
    .option('--shallow', "read only the gateway's memory")
    .addHelpText(
      'after',
      `
Examples:
  $ holdfast plan
  $ holdfast plan -o plan.json && holdfast apply plan.json
  $ holdfast plan --output markdown > comment.md
  $ holdfast plan --via https://holdfast.example
  $ holdfast diff --quiet || echo "something differs"`,
    );
}

async function run(name: string, flags: Flags, io: Io): Promise<void> {
  const outcomes = await checkTargets(flags, io, { depth: flags.shallow ? 'shallow' : 'deep' });
  const report = reportOfChecks(name, outcomes, flags.exitCode ? EXIT.differences : EXIT.ok);
  if (flags.out !== undefined) await savePlan(flags.out, report.plans, io);
  showReport(io, flags, report);
}

async function savePlan(file: string, plans: readonly Plan[], io: Io): Promise<void> {
  const [plan, ...others] = plans;
  if (!plan) return io.err('no plan was created, and nothing was saved\n');
  if (others.length > 0) return io.err('-o saves the plan of one target. Add --target NAME\n');
  await writeFile(resolve(io.cwd, file), `${JSON.stringify(plan, null, 2)}\n`, { mode: 0o600 });
  io.err(`plan saved to ${file}${isRefused(plan) ? '. A guard would refuse to apply it' : ''}\n`);
}
