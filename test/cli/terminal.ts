// A command line in a directory of its own, against a sandbox gateway of its own: what a user types, what comes out.
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import type { Io } from '../../src/compose/io.ts';
import { main } from '../../src/cli/main.ts';
import { systemClock } from '../../src/compose/system-clock.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { Sandbox, SandboxOptions } from '../../src/sandbox/sandbox.ts';
import { startSandbox } from '../../src/sandbox/start.ts';
import { virtualSandbox } from '../support/virtual-clock.ts';

export const KEY = 'mgmt-secret-1';
export const SECRETS = { LAPTOP: 'sk-test-client-laptop', UPSTREAM: 'sk-test-upstream-0001' };

export const GATEWAY = `# by hand
host: 127.0.0.1
port: 8317
remote-management:
  secret-key: ${KEY}
api-keys:
  - ${SECRETS.LAPTOP} # laptop
request-retry: 1
openai-compatibility:
  - name: openrouter
    base-url: https://openrouter.example
    api-key-entries:
      - api-key: ${SECRETS.UPSTREAM}
    models:
      - { name: moonshotai/kimi-k2, alias: kimi }
`;

export const DESIRED = `api-keys:
  - \${env:LAPTOP}
request-retry: 3
`;

const realSandbox = async (
  options: SandboxOptions,
): Promise<{ readonly sandbox: Sandbox; readonly clock: Clock }> => ({
  sandbox: await startSandbox(options),
  clock: systemClock,
});

export interface Ran {
  readonly exit: number;
  readonly out: string;
  readonly err: string;
}

export interface Terminal extends AsyncDisposable {
  readonly dir: string;
  readonly sandbox: Sandbox;
  readonly clock: Clock;
  write(file: string, text: string): Promise<void>;
  read(file: string): Promise<string>;
  run(...words: string[]): Promise<Ran>;
  /** The same with something else about the terminal. */
  runWith(io: Partial<Io>, ...words: string[]): Promise<Ran>;
}

export interface TerminalOptions extends Pick<SandboxOptions, 'api' | 'build'> {
  /** For a test whose Holdfast is a process of its own, with a clock of its own. */
  readonly inRealTime?: boolean;
}

export async function openTerminal(
  files: Readonly<Record<string, string>> = { 'desired-state/gateway.yaml': DESIRED },
  gateway = GATEWAY,
  options: TerminalOptions = {},
): Promise<Terminal> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-cli-'));
  const config = join(dir, 'gateway', 'config.yaml');
  const write = async (file: string, text: string): Promise<void> => {
    await mkdir(dirname(join(dir, file)), { recursive: true });
    await writeFile(join(dir, file), text);
  };
  await write('gateway/config.yaml', gateway);
  for (const [file, text] of Object.entries(files)) await write(file, text);
  const { inRealTime = false, ...sandboxOptions } = options;
  const start = inRealTime ? realSandbox : virtualSandbox;
  const { sandbox, clock } = await start({ file: config, port: 0, ...sandboxOptions });
  const runWith = async (changes: Partial<Io>, ...words: string[]): Promise<Ran> => {
    let [out, err] = ['', ''];
    const io: Io = {
      out: (text) => void (out += text),
      err: (text) => void (err += text),
      env: { ...SECRETS, HOLDFAST_URL: sandbox.url, HOLDFAST_KEY: KEY, PATH: process.env['PATH'] },
      cwd: dir,
      clock,
      stdoutIsTerminal: false,
      stderrIsTerminal: false,
      stdinIsTerminal: false,
      stdin: async () => '',
      ask: async () => 'n',
      signal: new AbortController().signal,
      exit: 0,
      ...changes,
    };
    await main(words, io);
    process.exitCode = 0;
    return { exit: io.exit, out, err };
  };
  return {
    dir,
    sandbox,
    clock,
    write,
    read: (file) => readFile(join(dir, file), 'utf8'),
    run: (...words) => runWith({}, ...words),
    runWith,
    async [Symbol.asyncDispose]() {
      await sandbox.stop();
      await rm(dir, { recursive: true, force: true });
    },
  };
}
