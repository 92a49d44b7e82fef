// `holdfast pull`: the live gateway as desired state, verified to change nothing.
import { type Command, Option } from 'commander';
import type { Io } from '../../compose/io.ts';
import type { Session } from '../../compose/session.ts';
import { fail } from '../../domain/problem/problem.ts';
import { gatewayOptions, onCall, repeatable, variablesOption } from '../io/options.ts';
import { progress } from '../io/progress.ts';
import { openCommandSession } from '../io/session.ts';
import { pullAnew } from './fresh.ts';
import { linesFrom } from './lines.ts';
import { isMerge, pullIntoExisting } from './merge.ts';
import { type PullFlags, pullingOf, selectionOf } from './pulling.ts';
import { pullSpread } from './spread.ts';
import { STORES } from './secrets.ts';
import { showPulled } from './show.ts';

const HELP = `
Secrets become references (\${env:NAME}), listed in .env.example. From 10 entries in a row that differ
by the key alone, the keys become a file of lines (\${lines:FILE}) in the directory secrets. Only you
can read it, and git ignores it. Settings of the gateway's machine are excluded: host, port, tls,
auth-dir, plugins.dir, remote-management, and defaults that the gateway writes itself. Comments stay. The files have the same layout (flat or v8) as the gateway's
file. The command first verifies that a plan of the files is empty, and only then writes them.

Files that are there get the smallest edits that make them say what the gateway has: comments, order,
quotes and references stay, new entries go beside their neighbors. What only the files changed stays,
and so does what the gateway no longer has, unless you add --prune. Uncommitted edits are refused.

With --secrets, the values are written too: env to --write-env, \`env-file\` of the settings or .env;
files to \`secrets-dir\` of the settings or the directory secrets, with \${file:PATH} as references;
sops to an encrypted --write-env or \`env-file\`, or secrets.sops.yaml.

Examples:
  $ holdfast pull
  $ holdfast pull --output-dir my-gateway --write-env my-gateway/.env
  $ holdfast pull --secrets sops
  $ holdfast pull --diff
  $ holdfast pull --split
  $ holdfast pull --targets eu,us --base base
  $ holdfast pull --print --exclude payload | less
  $ holdfast pull --include remote-management.allow-remote --force`;

export function define(command: Command, io: Io): void {
  const pull = variablesOption(gatewayOptions(command), 'file of variables whose names are already in use')
    .option(
      '--output-dir <dir>',
      'the directory for the files (default: the last directory that the target reads, else desired-state)',
    )
    .option('--file <name>', 'the name of the desired-state file in that directory (default: gateway.yaml)')
    .option('--write-env <file>', 'add the secrets to this file, which only you can read')
    .addOption(
      new Option(
        '--secrets <where>',
        'write the values too: to the file of variables, to one file each, or to a file encrypted with SOPS',
      ).choices(STORES),
    )
    .addOption(repeatable('--include <path>', 'declare a path that is excluded by default; repeatable'))
    .addOption(repeatable('--exclude <path>', 'exclude a path from the files; repeatable'))
    .option(
      '--lines-from <count>',
      'keep keys in a file of lines if this many entries in a row differ by the key alone (default: 10; 0: never)',
    )
    .option('--diff', 'show what would change in files that are there, write nothing')
    .option('--into <file>', 'add what is new to this file instead of beside its neighbors')
    .addOption(
      new Option('--keep <side>', 'what to do with a value that changed on both sides').choices([
        'theirs',
        'ours',
      ]),
    )
    .option('--prune', 'remove what the gateway no longer has from files that are there')
    .option('--split', 'write a file for each subject: keys, providers, aliases, routing, payload')
    .option('--targets <names>', 'with --base: pull several targets, separated by commas')
    .option('--base <dir>', 'with --targets: what is equal goes to this directory, the rest to their own')
    .option('--force', 'replace files that are there as a whole, and keep copies of them')
    .option('--print', 'print the file, write nothing')
    .addHelpText('after', HELP);
  onCall(pull, (flags: PullFlags) => run(flags, io));
}

async function run(flags: PullFlags, io: Io): Promise<void> {
  linesFrom(flags.linesFrom);
  await using session = await openCommandSession(flags, io, progress(flags, io, { notices: true }));
  if (flags.base !== undefined || flags.targets !== undefined) return pullTargets(session, flags, io);
  const pulling = pullingOf(session, flags, io);
  if (!flags.force && !flags.print && (await isMerge(pulling))) return pullIntoExisting(pulling);
  if (flags.split) return pullSpread(pulling, { names: [pulling.target.name] });
  showPulled(await pullAnew(pulling));
}

async function pullTargets(session: Session, flags: PullFlags, io: Io): Promise<void> {
  const { base, targets } = flags;
  if (base === undefined || targets === undefined)
    throw fail('HF1001', 'pull takes --base and --targets together', {
      remedy: 'For example: `holdfast pull --targets eu,us --base base`.',
    });
  const names = targets.split(',').map((name) => name.trim());
  await pullSpread({ session, selection: selectionOf(flags), flags, io }, { base, names });
}
