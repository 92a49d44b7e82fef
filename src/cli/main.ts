// The entry of the command line: finds the command, imports only that one, and converts the result into output and
// an exit code. Doesn't know the commands' content.
import { type Command, CommanderError } from 'commander';
import { CODES } from '../domain/problem/codes.ts';
import { EXIT } from '../domain/problem/exit.ts';
import { packageVersion } from '../lib/package-files.ts';
import { fail, HoldfastError, type Problem } from '../domain/problem/problem.ts';
import { type CommandEntry, COMMANDS } from './commands.ts';
import { redactingIo } from './io/redacting-io.ts';
import { type Globals, type Io, processIo } from '../compose/io.ts';
import { commandIn, programWith } from './program.ts';

/** Runs `argv` (without node and script) and ends with the exit code of design §12 in `io.exit` and `process.exitCode`. */
export async function main(words: readonly string[], given: Io = processIo()): Promise<void> {
  const io = redactingIo(given, main);
  const argv = askedForHelp(words);
  const requested = commandIn(argv);
  try {
    const program = await programWith(requested, io, argv);
    if (requested === undefined)
      program
        .allowExcessArguments()
        .action((options: { version?: boolean }) => bareCall(options, argv, program, io));
    await program.parseAsync([...argv], { from: 'user' });
  } catch (error) {
    await explainFailure(error, argv, requested, io);
  }
  io.transient?.('');
  process.exitCode = io.exit;
}

/** `help plan` is `plan --help`. */
function askedForHelp(words: readonly string[]): readonly string[] {
  const [first, ...rest] = words;
  return first === 'help' ? [...rest, '--help'] : words;
}

async function bareCall(
  options: { version?: boolean },
  argv: readonly string[],
  program: Command,
  io: Io,
): Promise<void> {
  if (options.version)
    return io.out(`${packageVersion()}
`);
  const word = argv.find((part) => !part.startsWith('-'));
  if (word === undefined) return program.outputHelp();
  const [{ closest }, { wordPosition }] = await Promise.all([
    import('fastest-levenshtein'),
    import('./io/usage-errors.ts'),
  ]);
  const near = closest(
    word,
    COMMANDS.map(({ name }) => name),
  );
  throw fail('HF1001', `"${word}" isn't a holdfast command`, {
    remedy: `Did you mean \`${near}\`? See \`holdfast --help\`.`,
    position: wordPosition(argv, word),
  });
}

/** The flags, as far as they are known if parsing itself failed. */
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
  requested: CommandEntry | undefined,
  io: Io,
): Promise<void> {
  const globals = globalsOf(argv);
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return;
    io.exit = EXIT.usage;
    if (globals.output !== 'json') return;
  }
  const { showProblems } = await import('./io/show.ts');
  const command = requested?.name ?? 'holdfast';
  const known = error instanceof HoldfastError ? error : unexpected(error, globals, io);
  io.exit = known.exit;
  const problems = known.problems.map((one) => (requested ? pointedTo(requested.name, one) : one));
  showProblems(io, globals, command, known.exit, problems);
}

/** Without a remedy of its own, the help of the command is the one to read. */
function pointedTo(command: string, one: Problem): Problem {
  if (one.code !== 'HF1001' || one.remedy !== CODES.HF1001.remedy) return one;
  return { ...one, remedy: `See \`holdfast ${command} --help\`.` };
}

function unexpected(error: unknown, globals: Globals, io: Io): HoldfastError {
  if (error instanceof CommanderError)
    return fail('HF1001', 'a command is missing', {
      remedy: 'Run the command with `--help` to see this text.',
    });
  if (globals.verbose && error instanceof Error) io.err(`${error.stack}\n`);
  return fail('HF9001', error instanceof Error ? error.message : String(error));
}
