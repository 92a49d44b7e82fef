// The entry of the command line: finds the command, imports only that one, turns whatever happens into output and an
// exit code. Knows no command from inside.
import { readFileSync } from 'node:fs';
import { Command, CommanderError, Option } from 'commander';
import { EXIT } from '../nouns/exit.ts';
import { packageFile } from '../nouns/package-files.ts';
import { fail, HoldfastError } from '../nouns/problem.ts';
import { repeatable } from './options.ts';
import { type CommandEntry, COMMANDS } from './commands.ts';
import { guardedIo } from './guarded-io.ts';
import { type Globals, type Io, processIo } from './io.ts';

/** Runs `argv` (without node and script) and ends with the exit code of design §12 in `io.exit` and `process.exitCode`. */
export async function main(words: readonly string[], given: Io = processIo()): Promise<void> {
  const io = guardedIo(given);
  const argv = askedForHelp(words);
  const wanted = commandIn(argv);
  try {
    const program = await programFor(argv, wanted, io);
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    await explainFailure(error, argv, wanted, io);
  }
  process.exitCode = io.exit;
}

/** `help plan` is `plan --help`. */
function askedForHelp(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  return first === 'help' ? [...rest, '--help'] : words;
}

/** The first word that is neither a flag nor the value of a global one. */
function commandIn(argv: readonly string[]): CommandEntry | undefined {
  const word = argv.find((part, i) => !part.startsWith('-') && !GLOBALS_WITH_VALUE.has(argv[i - 1] ?? ''));
  return COMMANDS.find(({ name }) => name === word);
}

const GLOBALS_WITH_VALUE = new Set(['--settings', '--target', '--output']);

async function programFor(
  argv: readonly string[],
  wanted: CommandEntry | undefined,
  io: Io,
): Promise<Command> {
  const program = new Command('holdfast')
    .description('Keeps the configuration of CLIProxyAPI gateways equal to what a git repository says.')
    .option('-V, --version', 'print the version and exit')
    .option('--settings <file>', 'settings file (default: holdfast.yaml where it exists)')
    .addOption(repeatable('--target <name>', 'only this target; repeatable'))
    .addOption(
      new Option('--output <format>', 'form of the result')
        .choices(['text', 'json', 'markdown', 'github', 'junit'])
        .default('text'),
    )
    .option('--no-color', 'no colours (NO_COLOR is honoured too)')
    .option('--quiet', 'results only, no progress')
    .option('--verbose', 'more progress, and stack traces of our own faults')
    .helpOption('-h, --help', 'show help')
    .configureHelp({ showGlobalOptions: true })
    .configureOutput({ writeOut: io.out, writeErr: io.err })
    .exitOverride()
    .allowExcessArguments()
    .addHelpText('after', HELP_TAIL);
  for (const { name, summary, load } of COMMANDS) {
    const command = program.command(name).summary(summary).description(sentence(summary));
    if (name === wanted?.name) (await load()).define(command, io);
  }
  if (wanted === undefined)
    program.action((options: { version?: boolean }) => bareCall(options, argv, program, io));
  return program;
}

const HELP_TAIL = `
Exit codes: 0 in sync or done · 2 differences · 3 invalid input · 4 refused by a guard · 5 gateway unreachable ·
6 rolled back · 7 rollback failed · 8 stale or locked · 64 usage · 1 unexpected

Start here:
  $ holdfast doctor                 is the gateway there, and may we manage it?
  $ holdfast pull --output-dir my-gateway --write-env my-gateway/.env
  $ holdfast diff  --desired my-gateway --env-file my-gateway/.env
  $ holdfast apply --desired my-gateway --env-file my-gateway/.env`;

function sentence(summary: string): string {
  return `${summary[0]?.toUpperCase()}${summary.slice(1)}.`;
}

async function bareCall(
  options: { version?: boolean },
  argv: readonly string[],
  program: Command,
  io: Io,
): Promise<void> {
  if (options.version)
    return io.out(`${version()}
`);
  const word = argv.find((part) => !part.startsWith('-'));
  if (word === undefined) return program.outputHelp();
  const { closest } = await import('fastest-levenshtein');
  const near = closest(
    word,
    COMMANDS.map(({ name }) => name),
  );
  throw fail('HF1001', `"${word}" is not a command of holdfast`, {
    remedy: `Did you mean \`${near}\`? See \`holdfast --help\`.`,
  });
}

export function version(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}

/** Flags as far as they can be known when parsing itself failed. */
function globalsOf(argv: readonly string[]): Globals {
  const at = argv.findIndex((word) => word === '--output' || word.startsWith('--output='));
  const text = at < 0 ? 'text' : (argv[at]?.split('=')[1] ?? argv[at + 1]);
  const output =
    (['json', 'markdown', 'github', 'junit'] as const).find((format) => format === text) ?? 'text';
  return { output, color: !argv.includes('--no-color'), verbose: argv.includes('--verbose') };
}

async function explainFailure(
  error: unknown,
  argv: readonly string[],
  wanted: CommandEntry | undefined,
  io: Io,
): Promise<void> {
  const globals = globalsOf(argv);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return;
    io.exit = EXIT.usage;
    if (globals.output !== 'json') return;
  }
  const { showProblems } = await import('./show.ts');
  const command = wanted?.name ?? 'holdfast';
  const known = error instanceof HoldfastError ? error : unexpected(error, globals, io);
  io.exit = known.exit;
  showProblems(io, globals, command, known.exit, known.problems);
}

function unexpected(error: unknown, globals: Globals, io: Io): HoldfastError {
  if (error instanceof CommanderError) return fail('HF1001', error.message.replace(/^error: /, ''));
  if (globals.verbose && error instanceof Error) io.err(`${error.stack}\n`);
  return fail('HF9001', error instanceof Error ? error.message : String(error));
}
