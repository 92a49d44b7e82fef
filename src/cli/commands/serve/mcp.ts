// `holdfast mcp`: the MCP server on standard input and output. Its tools run the commands of this program.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Command } from 'commander';
import type { PlanFlags } from '../../../compose/flags.ts';
import type { Io } from '../../../compose/io.ts';
import { EXIT } from '../../../domain/problem/exit.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { packageFile, packageVersion } from '../../../lib/package-files.ts';
import type { CommandResult, Host, RunOptions } from '../../../mcp/types.ts';
import { gatewayOptions, onCall, sourceOptions } from '../../io/options.ts';
import { openCommandSession } from '../../io/session.ts';

export function define(command: Command, io: Io): void {
  gatewayOptions(sourceOptions(command)).addHelpText(
    'after',
    `
An agent's program starts this command, and talks to it on standard input and output. Agents can read, plan, and apply a
plan that a person approved. \`mcp\` in the settings says what else they may do. Secrets are masked in everything that they
get.

Examples:
  $ holdfast mcp --settings /etc/holdfast/holdfast.yaml
  $ claude mcp add holdfast -- npx holdfast mcp`,
  );
  onCall(command, (flags: PlanFlags) => serve(flags, io));
}

async function serve(flags: PlanFlags, io: Io): Promise<void> {
  const [{ serveStdio }, { createServer, planMemory }] = await Promise.all([
    import('@modelcontextprotocol/server/stdio'),
    import('../../../mcp/server.ts'),
  ]);
  const host = await hostOf(flags, io);
  const plans = planMemory();
  const closed = Promise.withResolvers<void>();
  const handle = serveStdio(() => createServer(host, plans), {
    onerror: ({ message }) => io.err(`${message}\n`),
  });
  process.stdin.once('close', () => closed.resolve());
  process.stdin.once('end', () => closed.resolve());
  io.signal.addEventListener('abort', () => closed.resolve(), { once: true });
  await closed.promise;
  await handle.close();
}

/** Throws HoldfastError with all problems of the settings: an agent can't mend them later. */
export async function hostOf(flags: PlanFlags, io: Io): Promise<Host> {
  const { mcp: policy } = await settingsOf(flags, io);
  return {
    version: packageVersion(),
    policy,
    run: (argv, options) =>
      runCommand([...globalFlags(flags), ...withFlags(argv, flagsFor(argv, flags))], io, options),
    withPlanFile,
    readPackageFile: (name) => readFile(packageFile(name), 'utf8'),
  };
}

async function settingsOf(flags: PlanFlags, io: Io): Promise<{ readonly mcp: Host['policy'] }> {
  await using session = await openCommandSession({ ...flags, quiet: true }, io);
  return session.settings;
}

const GATEWAY = ['url', 'keyFile', 'key', 'gatewayConfig', 'state'] as const;

/** Commands that read no desired state, and those that know no gateway. */
const WITHOUT_FILES = new Set(['api', 'usage', 'doctor', 'history', 'backup', 'restore', 'explain']);
const WITHOUT_GATEWAY = new Set(['explain', 'render', 'validate']);

/** Flags come before `--`, after which everything is an argument. */
function withFlags(argv: readonly string[], flags: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.toSpliced(end < 0 ? argv.length : end, 0, ...flags);
}

const globalFlags = ({ settings }: PlanFlags): string[] =>
  settings === undefined ? [] : ['--settings', settings];

/** The flags that the server was started with, for a command that takes them. */
function flagsFor([command = '', sub]: readonly string[], flags: PlanFlags): string[] {
  const name = sub === 'route' ? 'explain route' : command;
  const given: string[] = [];
  if (!WITHOUT_GATEWAY.has(name))
    for (const option of GATEWAY) {
      const value = flags[option];
      if (value !== undefined)
        given.push(`--${option.replaceAll(/[A-Z]/g, (letter) => `-${letter.toLowerCase()}`)}`, value);
    }
  if (WITHOUT_FILES.has(name)) return given;
  if (flags.variables !== undefined) given.push('--variables', flags.variables);
  return flags.desired ? [...given, '--desired', ...flags.desired] : given;
}

async function runCommand(
  argv: readonly string[],
  io: Io,
  { signal, onStep, stdin = '' }: RunOptions,
): Promise<CommandResult> {
  if (!io.run) throw fail('HF9001', 'this process runs one command only');
  let out = '';
  const captured: Io = {
    ...io,
    out: (text) => void (out += text),
    err: (text) => text.trim() !== '' && onStep(text.trim()),
    stdoutIsTerminal: false,
    stderrIsTerminal: false,
    stdinIsTerminal: false,
    columns: undefined,
    stdin: async () => stdin,
    ask: async () => '',
    signal: AbortSignal.any([io.signal, signal]),
    exit: EXIT.ok,
  };
  // `--verbose` prints each step: the agent reads them.
  await io.run(['--output', 'json', '--no-color', '--verbose', ...argv], captured);
  return { exit: captured.exit, document: parsed(out) };
}

function parsed(out: string): CommandResult['document'] {
  try {
    return JSON.parse(out) as CommandResult['document']; // every command prints one document
  } catch {
    return { problems: [{ code: 'HF9001', message: 'the command printed no result' }] };
  }
}

async function withPlanFile<T>(plan: unknown, use: (file: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-plan-'));
  try {
    const file = join(dir, 'plan.json');
    await writeFile(file, JSON.stringify(plan), { mode: 0o600 });
    return await use(file);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}
