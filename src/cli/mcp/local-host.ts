// What the tools of `holdfast mcp` run on: the commands of this program, with the flags that the server was started with.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PlanFlags } from '../../compose/flags.ts';
import type { Io } from '../../compose/io.ts';
import { selectedTargets } from '../../compose/selected-targets.ts';
import { packageFile, packageVersion } from '../../lib/package-files.ts';
import type { Host, Restoring } from '../../mcp/types.ts';
import { openCommandSession } from '../io/session.ts';
import { runCommand } from './run-command.ts';

/** Throws HoldfastError with all problems of the settings: an agent can't mend them later. */
export async function localHost(flags: PlanFlags, io: Io): Promise<Host> {
  const run: Host['run'] = async (argv, options) =>
    runCommand(
      [...globalFlags(flags), ...withFlags(within(argv, flags), flagsFor(argv, flags))],
      io,
      options,
    );
  return {
    version: packageVersion(),
    policy: await policyOf(flags, io),
    appliesFiles: false,
    run,
    apply: ({ plan, allow }, options) =>
      withPlanFile(plan, (file) =>
        run(['apply', file, '--yes', ...allow.flatMap((one) => ['--allow', one])], options),
      ),
    restore: (asked, options) => run(restoreArgv(asked), options),
    readPackageFile: (name) => readFile(packageFile(name), 'utf8'),
  };
}

async function policyOf(flags: PlanFlags, io: Io): Promise<Host['policy']> {
  await using session = await openCommandSession({ ...flags, quiet: true }, io);
  return session.settings.mcp;
}

/** The ID comes after `--`, so that none is taken for a flag. */
const restoreArgv = ({ target, backup, dryRun }: Restoring): string[] => [
  'restore',
  ...(target === undefined ? [] : ['--target', target]),
  dryRun ? '--dry-run' : '--yes',
  ...(backup === undefined ? ['--latest'] : ['--', backup]),
];

const GATEWAY = ['url', 'keyFile', 'key', 'gatewayConfig', 'state'] as const;

/** Commands that read no desired state, and those that know no gateway. */
const WITHOUT_FILES = new Set(['api', 'usage', 'doctor', 'history', 'backup', 'restore', 'explain']);
const WITHOUT_GATEWAY = new Set(['explain', 'render', 'validate']);

/** Flags come before `--`, after which everything is an argument. */
function withFlags(argv: readonly string[], flags: readonly string[]): string[] {
  const end = argv.indexOf('--');
  return argv.toSpliced(end < 0 ? argv.length : end, 0, ...flags);
}

/** A server that was started for some targets knows no others. Throws HF1003. */
function within(argv: readonly string[], { target: served }: PlanFlags): readonly string[] {
  if (!served || TARGETLESS.has(argv[0] ?? '')) return argv;
  const at = argv.indexOf('--target');
  if (at < 0) return [...served.flatMap((name) => ['--target', name]), ...argv];
  selectedTargets(
    served.map((name) => ({ name })),
    [argv[at + 1] ?? ''],
  );
  return argv;
}

const TARGETLESS = new Set(['explain']);

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
