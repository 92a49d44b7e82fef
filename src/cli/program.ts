// The program as commander knows it: the global flags, every command by name, and one of them as it defines itself.
import { type Command, Option } from 'commander';
import { type CommandEntry, COMMANDS } from './commands.ts';
import { wrapped } from '../report/text/wrap.ts';
import type { Io } from '../compose/io.ts';
import { repeatable } from './io/options.ts';
import { CheckedCommand } from './io/usage-errors.ts';

/** The first word that is neither a flag nor the value of a global one. */
export function commandIn(argv: readonly string[]): CommandEntry | undefined {
  const word = argv.find((part, i) => !part.startsWith('-') && !GLOBALS_WITH_VALUE.has(argv[i - 1] ?? ''));
  return COMMANDS.find(({ name }) => name === word);
}

const GLOBALS_WITH_VALUE = new Set(['--settings', '--target', '--output']);

/** Only `requested` is imported; the others have a name and a summary. `words`: the command line, for positions. */
export async function programWith(
  requested: CommandEntry | undefined,
  io: Io,
  words: readonly string[] = [],
): Promise<Command> {
  const { columns } = io;
  const program = new CheckedCommand('holdfast', words)
    .description('Keeps the configuration of CLIProxyAPI gateways in sync with a git repository.')
    .option('-V, --version', 'print the version and exit')
    .option('--settings <file>', 'settings file (default: holdfast.yaml where it exists)')
    .addOption(repeatable('--target <name>', 'only this target; repeatable'))
    .addOption(
      new Option('--output <format>', 'format of the result')
        .choices(['text', 'json', 'markdown', 'github', 'junit'])
        .default('text'),
    )
    .option('--no-color', 'no colors (NO_COLOR works too)')
    .option('--quiet', 'show results, without progress and warnings')
    .option('--verbose', 'show more progress, and stack traces of internal errors')
    .helpOption('-h, --help', 'show help')
    .configureHelp({
      showGlobalOptions: true,
      subcommandDescription: (command) =>
        command.name() === 'help' ? 'show help for a command' : command.summary() || command.description(),
    })
    // Commander breaks its own lists; the texts around them are ours.
    .configureOutput({
      writeOut: (text) => io.out(wrapped(text, io.columns)),
      writeErr: (text) => io.err(wrapped(text, io.columns)),
      ...(columns !== undefined && { getOutHelpWidth: () => columns, getErrHelpWidth: () => columns }),
    })
    .exitOverride()
    .allowExcessArguments(false)
    .addHelpText('after', HELP_TAIL);
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary).description(sentence(summary));
    if (name === requested?.name) (await load()).define(command, io);
  }
  return program;
}

const HELP_TAIL = `
Exit codes: 0 in sync or done · 2 differences · 3 invalid input · 4 refused by a guard ·
5 gateway unreachable or access denied · 6 rolled back · 7 rollback failed · 8 stale or locked · 64 usage · 1 unexpected

Start here:
  $ holdfast init      write settings, and an example or the gateway's current configuration
  $ holdfast doctor    check the connection and access to the gateway
  $ holdfast diff
  $ holdfast apply`;

function sentence(summary: string): string {
  return `${summary[0]?.toUpperCase()}${summary.slice(1)}.`;
}
