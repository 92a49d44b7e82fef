// Runs the `git` program on our mirror: only with our configuration, without hooks and prompts, with a time limit.
// Tokens are in the environment of the process that needs them, never on a command line or in a file.
import { join } from 'node:path';
import type { SimpleGit, SimpleGitOptions } from 'simple-git';
import { basicAuthOf, type GitSettings } from '../../settings/daemon-source.ts';
import { shellWord } from '../../lib/shell.ts';
import { makeDirectory, writeWhole } from '../../state/files/disk.ts';

export interface RunOptions {
  /** The mirror; also the working directory. */
  readonly gitDir: string;
  /** Time limit in ms. */
  readonly ms: number;
  readonly signal: AbortSignal;
  /** Connects to the remote, so it gets the credentials. */
  readonly remote?: boolean;
  /** Where to write files, with a separate index. */
  readonly workTree?: { readonly dir: string; readonly index: string };
  /** Maximum number of printed entries, each ended by a zero byte. */
  readonly maxEntries?: number | undefined;
}

/** Maximum bytes of output: a list of 20,000 names, the commit with its message. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/**
 * Runs `git ARGS` and returns its output. Rejects with GitFailure, and with TooMuchOutput as soon as it prints too
 * much.
 */
export type Run = (args: readonly string[], options: RunOptions) => Promise<string>;

/** Git's error output, or why it was stopped. */
export class GitFailure extends Error {
  readonly exit: number;

  constructor(said: string, exit: number) {
    super(said.slice(0, 4000));
    this.name = 'GitFailure';
    this.exit = exit;
  }
}

/** The repository contains more than the limit; git, the remote and our copy are fine. */
export class TooMuchOutput extends Error {
  constructor() {
    super(`git printed more than ${MAX_OUTPUT / 1024 / 1024} MiB, or more entries than allowed`);
    this.name = 'TooMuchOutput';
  }
}

/** The message of a GitFailure if its time was over, or the daemon stops. */
export const TOO_LONG = 'stopped because it took too long';

/** Writes our git configuration below `settings.dir`. */
export async function openGit(settings: GitSettings): Promise<Run> {
  await makeDirectory(settings.dir);
  const config = join(settings.dir, 'gitconfig');
  await writeWhole(config, configText(settings));
  const load = loader();
  return async (args, { gitDir, ms, signal, remote = false, workTree, maxEntries = Infinity }) => {
    const excess = new AbortController();
    const end = AbortSignal.any([signal, AbortSignal.timeout(ms), excess.signal]);
    const env = { ...basic(config, gitDir), ...(remote && credentials(settings)), ...placed(workTree) };
    let failure: GitFailure | undefined;
    const options = optionsOf(gitDir, Object.keys(env), end);
    const git = (await load())({
      ...options,
      errors: (error, { exitCode, stdErr }) => {
        if (exitCode > 0) failure = new GitFailure(Buffer.concat(stdErr).toString('utf8'), exitCode);
        return failure ?? error;
      },
    });
    try {
      const bounded = git.outputHandler((_command, stdout) => stopAt(maxEntries, stdout, excess));
      return await bounded.env(env).raw([...args]);
    } catch (error) {
      if (excess.signal.aborted) throw new TooMuchOutput();
      throw end.aborted ? new GitFailure(TOO_LONG, -1) : (failure ?? new GitFailure(String(error), -1));
    }
  };
}

/** Stops it while it prints: only the output so far is in memory. */
function stopAt(maxEntries: number, stdout: NodeJS.ReadableStream, excess: AbortController): void {
  let [bytes, entries] = [0, 0];
  stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, at + 1)) entries += 1;
    if (bytes > MAX_OUTPUT || entries > maxEntries) excess.abort();
  });
}

/**
 * With DEBUG set, simple-git prints whole environments, including the token. It reads DEBUG when it is loaded, so
 * DEBUG is unset during that time.
 */
function loader(): () => Promise<(options: Partial<SimpleGitOptions>) => SimpleGit> {
  let loaded: Promise<(options: Partial<SimpleGitOptions>) => SimpleGit> | undefined;
  return () => (loaded ??= withoutDebug());
}

async function withoutDebug(): Promise<(options: Partial<SimpleGitOptions>) => SimpleGit> {
  const { DEBUG } = process.env;
  delete process.env['DEBUG'];
  try {
    const { simpleGit } = await import('simple-git');
    return simpleGit;
  } finally {
    if (DEBUG !== undefined) process.env['DEBUG'] = DEBUG;
  }
}

/** We set every variable, so all are allowed; none of them comes from a repository. */
function optionsOf(
  baseDir: string,
  allowEnvironment: readonly string[],
  abort: AbortSignal,
): Partial<SimpleGitOptions> {
  return {
    baseDir,
    abort,
    allowEnvironment,
    maxConcurrentProcesses: 1,
    unsafe: { allowUnsafeConfigPaths: true, allowUnsafeConfigEnvCount: true, allowUnsafeSshCommand: true },
  };
}

/** Variables that affect the connection to a remote: proxies, certificate authorities, the ssh agent. */
const PASSED = /^(?:PATH|TMPDIR|TZ|SSH_AUTH_SOCK|SSL_CERT_(?:FILE|DIR)|(?:https?|all|no)_proxy)$/i;

function basic(config: string, gitDir: string): Record<string, string> {
  const passed = Object.entries(process.env).filter(([name]) => PASSED.test(name)) as [string, string][];
  return {
    ...Object.fromEntries(passed),
    HOME: join(gitDir, 'no-home'), // no .gitconfig, no .netrc; ssh looks elsewhere
    LC_ALL: 'C',
    GIT_DIR: gitDir,
    GIT_CONFIG_GLOBAL: config,
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
  };
}

function placed(workTree: RunOptions['workTree']): Record<string, string> {
  return workTree ? { GIT_WORK_TREE: workTree.dir, GIT_INDEX_FILE: workTree.index } : {};
}

function credentials(settings: GitSettings): Record<string, string> {
  return { GIT_SSH_COMMAND: sshCommand(settings), ...tokenHeader(settings) };
}

/** Sent to this host only: git would send the header along a redirect, so redirects are refused. */
function tokenHeader({ url, token }: GitSettings): Record<string, string> {
  if (!token) return {};
  return {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: `http.${new URL(url).origin}/.extraHeader`,
    GIT_CONFIG_VALUE_0: `Authorization: Basic ${basicAuthOf(token)}`,
    GIT_CONFIG_KEY_1: 'http.followRedirects',
    GIT_CONFIG_VALUE_1: 'false',
  };
}

/** Nobody can answer a prompt here, so unknown hosts aren't trusted. */
function sshCommand({ ssh }: GitSettings): string {
  const options = [
    'BatchMode=yes',
    'StrictHostKeyChecking=yes',
    'ConnectTimeout=15',
    'ServerAliveInterval=15',
  ];
  if (ssh.knownHosts !== undefined)
    options.push(`UserKnownHostsFile=${sshWord(ssh.knownHosts)}`, 'GlobalKnownHostsFile=/dev/null');
  if (ssh.key !== undefined) options.push(`IdentityFile=${sshWord(ssh.key)}`, 'IdentitiesOnly=yes');
  return ['ssh', '-F', '/dev/null', ...options.flatMap((option) => ['-o', shellWord(option)])].join(' ');
}

/** ssh splits at blanks and expands `%`. */
function sshWord(path: string): string {
  return `"${path.replaceAll('%', '%%')}"`;
}

/**
 * The only configuration that git reads: allowed protocols, no hooks, no helpers, a limit for stalls, signatures
 * only by SSH keys of the list.
 */
function configText({ url, allowedSigners }: GitSettings): string {
  const isLocal = url.startsWith('/') || url.startsWith('file:');
  const path = url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : url;
  return [
    '[protocol]\n\tallow = never',
    ...['file', 'http', 'https', 'ssh'].map((name) => `[protocol "${name}"]\n\tallow = always`),
    '[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n\taskPass =',
    '[user]\n\tname = Holdfast\n\temail = holdfast@localhost',
    '[gc]\n\tautoDetach = false',
    '[maintenance]\n\tautoDetach = false',
    '[fetch]\n\trecurseSubmodules = false',
    '[transfer]\n\tbundleURI = false',
    '[http]\n\tlowSpeedLimit = 1000\n\tlowSpeedTime = 30',
    // A repository that the settings name is read, whoever owns its files.
    ...(isLocal
      ? [`[safe]\n${[path, `${path}/.git`].map((dir) => `\tdirectory = ${quoted(dir)}`).join('\n')}`]
      : []),
    '[gpg]\n\tprogram = /bin/false',
    '[gpg "x509"]\n\tprogram = /bin/false',
    ...(allowedSigners === undefined
      ? []
      : [`[gpg "ssh"]\n\tallowedSignersFile = ${quoted(allowedSigners)}`]),
    '',
  ].join('\n');
}

function quoted(text: string): string {
  return `"${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`;
}
