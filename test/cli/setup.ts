// The command line on a sandbox in a directory of its own: files in, everything that came out back.
import { mkdir, mkdtemp, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io } from '../../src/compose/io.ts';
import { main } from '../../src/cli/main.ts';
import { EXIT, type ExitCode } from '../../src/domain/problem/exit.ts';
import type { Sandbox } from '../../src/sandbox/sandbox.ts';
import { type VirtualClock, virtualSandbox } from '../support/virtual-clock.ts';

export interface Ran {
  readonly exit: ExitCode;
  readonly out: string;
  readonly err: string;
}

export interface Place {
  readonly dir: string;
  readonly sandbox: Sandbox;
  /** Of the commands and the sandbox. */
  readonly clock: VirtualClock;
  /** Writes files below the directory. */
  write(files: Readonly<Record<string, string>>): Promise<void>;
  /** Runs `holdfast ARGV` there against the sandbox. */
  holdfast(...argv: readonly string[]): Promise<Ran>;
  /** The same with more variables. */
  holdfastWith(env: Readonly<Record<string, string>>, ...argv: readonly string[]): Promise<Ran>;
  /** The process as a command there sees it, for parts that are not run by their name. */
  io(): Io;
  /** Every file below the state directory, backups excepted. */
  stateFiles(): Promise<readonly StateFile[]>;
  close(): Promise<void>;
}

export interface StateFile {
  readonly path: string;
  readonly text: string;
  readonly mode: number;
}

export interface PlaceOptions {
  readonly gateway: string;
  readonly files: Readonly<Record<string, string>>;
  readonly env: Readonly<Record<string, string>>;
  /** Of the gateway; the first of them in `env.HOLDFAST_KEY`. */
  readonly managementKey: string;
  readonly faults?: readonly string[];
  /** Of the gateway. Default: v7. */
  readonly api?: 'v7' | 'v8';
}

export async function place(options: PlaceOptions): Promise<Place> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  const write = async (files: Readonly<Record<string, string>>): Promise<void> => {
    for (const [name, text] of Object.entries(files)) {
      await mkdir(dirname(join(dir, name)), { recursive: true });
      await writeFile(join(dir, name), text);
    }
  };
  await write({ 'gateway/config.yaml': options.gateway, ...options.files });
  const { sandbox, clock } = await virtualSandbox({
    file: join(dir, 'gateway', 'config.yaml'),
    port: 0,
    host: '127.0.0.1',
    env: { MANAGEMENT_PASSWORD: options.managementKey },
    ...(options.faults && { faults: options.faults }),
    ...(options.api && { api: options.api }),
  });
  const env = { HOLDFAST_KEY: options.managementKey, HOLDFAST_URL: sandbox.url, ...options.env };
  return {
    dir,
    sandbox,
    clock,
    write,
    holdfast: (...argv) => run(argv, dir, env, clock),
    holdfastWith: (more, ...argv) => run(argv, dir, { ...env, ...more }, clock),
    io: () => ({ ...ioAt(dir, env, clock).io, run: main }),
    stateFiles: () => filesBelow(join(dir, '.holdfast')),
    close: async () => {
      await sandbox.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function run(
  argv: readonly string[],
  cwd: string,
  env: Readonly<Record<string, string>>,
  clock: VirtualClock,
): Promise<Ran> {
  const { io, printed } = ioAt(cwd, env, clock);
  const before = process.exitCode;
  await main(argv, io);
  process.exitCode = before;
  return { exit: io.exit, ...printed };
}

function ioAt(
  cwd: string,
  env: Readonly<Record<string, string>>,
  clock: VirtualClock,
): { readonly io: Io; readonly printed: { out: string; err: string } } {
  const printed = { out: '', err: '' };
  const io: Io = {
    out: (text) => void (printed.out += text),
    err: (text) => void (printed.err += text),
    env,
    cwd,
    clock,
    stdoutIsTerminal: false,
    stderrIsTerminal: true,
    stdinIsTerminal: false,
    stdin: async () => '',
    ask: async () => '',
    signal: new AbortController().signal,
    exit: EXIT.ok,
  };
  return { io, printed };
}

async function filesBelow(dir: string): Promise<StateFile[]> {
  const found: StateFile[] = [];
  for (const name of await readdir(dir).catch(() => [])) {
    const path = join(dir, name);
    const { mode } = await stat(path);
    if (name === 'backups') continue;
    if ((mode & 0o170000) === 0o040000) found.push(...(await filesBelow(path)));
    else found.push({ path, text: await readFile(path, 'utf8'), mode: mode & 0o777 });
  }
  return found;
}
