// `holdfast init`: settings, a first desired state and what git must ignore, in the working directory.
import { type Command, Option } from 'commander';
import { fail } from '../../domain/problem/problem.ts';
import { plural } from '../../lib/text.ts';
import { EXAMPLE, initialise, type InitFlags, SETTINGS } from './project.ts';
import { initText } from './text.ts';
import type { Io } from '../../compose/io.ts';
import { onCall } from '../io/options.ts';
import type { Pulled } from '../pull/fresh.ts';
import { show, showWarnings } from '../io/show.ts';

export function define(command: Command, io: Io): void {
  const init = command
    .option('--name <name>', 'the name of the target', 'home')
    .option('--url <url>', 'the URL of the gateway (default: HOLDFAST_URL, else http://127.0.0.1:8317)')
    .option(
      '--key-from <place>',
      'the source of its management key: a variable name, a file, or .env (default: HOLDFAST_KEY if set, else MANAGEMENT_PASSWORD)',
    )
    .addOption(
      new Option('--mode <mode>', 'what Holdfast writes automatically (default: apply)').choices([
        'observe',
        'apply',
        'enforce',
      ]),
    )
    .option('--pull', "start with the gateway's current configuration")
    .option('--no-pull', 'start with an example')
    .option('-y, --yes', "don't ask: use flags and defaults")
    .addHelpText(
      'after',
      `
Writes ${SETTINGS}, ${EXAMPLE} (an example, or the gateway's current configuration),
.env.example and .gitignore. On a terminal, asks for what the flags don't set. Adds lines
to the end of an existing .gitignore and .env, and changes no other existing file. Doesn't write the management key
anywhere unless you choose .env, which git ignores and only you can read.

Examples:
  $ holdfast init
  $ holdfast init --url https://gateway.example:8317 --key-from ./key --mode observe
  $ holdfast init --yes --pull --key-from .env    # the key of HOLDFAST_KEY, kept in .env`,
    );
  onCall(init, (flags: InitFlags) => run(flags, io));
}

async function run(flags: InitFlags, io: Io): Promise<void> {
  if (flags.settings !== undefined || flags.target !== undefined)
    throw fail(
      'HF1001',
      `init creates ${SETTINGS} in the working directory, so you can't use --settings or --target`,
      {
        remedy: 'Change to the directory, and name the target with --name.',
      },
    );
  const { made, next, pulled, notes } = await initialise(flags, io);
  const problems = pulled?.problems ?? [];
  const found = pulled && {
    declared: pulled.adopted.declared,
    variables: pulled.adopted.variables.map(({ name }) => name),
  };
  show(io, flags, 'init', { files: made, ...(found && { pulled: found }), next, problems }, (style) =>
    initText(made, next, pulled && proofOf(pulled), notes, style),
  );
  if (flags.output === 'text') showWarnings(io, flags, problems);
}

function proofOf({ adopted: { declared, variables } }: Pulled): string {
  return `pulled: ${plural(declared.length, 'key')}, ${plural(variables.length, 'secret')} as references; a plan of these files is empty`;
}
