// The `git` program, run on a mirror of ours: with no configuration but ours, no hooks, no prompts, bounded in time.
// Tokens travel in the environment of the process that needs them, never on a command line and never in a file.
import { join } from 'node:path';
import type { SimpleGit, SimpleGitOptions } from 'simple-git';
import { basicAuthOf, type GitSettings } from '../../settings/daemon-source.ts';
import { shellWord } from '../../lib/shell.ts';
import { makeDirectory, writeWhole } from '../../state/files/disk.ts';

export interface RunOptions {
  /** The mirror; also the working directory. */
  readonly gitDir: string;
  /** ms that it may take. */
  readonly ms: number;
  readonly signal: AbortSignal;
  /** Speaks to the remote: credentials go along. */
  readonly remote?: boolean;
  /** Where files are put, with an index of their own. */
  readonly workTree?: { readonly dir: string; readonly index: string };
  /** Entries, each ended by a zero byte, that it may print. */
  readonly maxEntries?: number | undefined;
}

/** Bytes that git may print: a list of 20,000 names, the commit with its message. */
const MAX_OUTPUT = 16 * 1024 * 1024;

/** Runs `git ARGS` and gives what it printed. Rejects with GitFailure, and with TooMuchOutput as soon as it prints too much. */
export type Run = (args: readonly string[], options: RunOptions) => Promise<string>;

/** What git said when it failed: its error output, or why it was ended. */
export class GitFailure extends Error {
  readonly exit: number;

  constructor(said: string, exit: number) {
    super(said.slice(0, 4000));
    this.name = 'GitFailure';
    this.exit = exit;
  }
}

/** What a repository holds is more than is read of it; nothing is wrong with git, the remote or our copy. */
export class TooMuchOutput extends Error {
  constructor() {
    super(`git printed more than ${MAX_OUTPUT / 1024 / 1024} MiB, or more entries than allowed`);
    this.name = 'TooMuchOutput';
  }
}

/** What a GitFailure says when its time was over, or the daemon ends. */
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

/** Ends it while it prints: what came until then is all that is held in memory. */
function stopAt(maxEntries: number, stdout: NodeJS.ReadableStream, excess: AbortController): void {
  let [bytes, entries] = [0, 0];
  stdout.on('data', (chunk: Buffer) => {
    bytes += chunk.length;
    for (let at = chunk.indexOf(0); at >= 0; at = chunk.indexOf(0, at + 1)) entries += 1;
    if (bytes > MAX_OUTPUT || entries > maxEntries) excess.abort();
  });
}

/**
 * simple-git writes whole environments where DEBUG asks for it, with the token in them; so DEBUG is not there while it
 * is loaded, which is when it is read.
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

/** Every variable is of our making, which is why they are allowed; nothing of them comes from a repository. */
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

/** What of the surroundings concerns the way to a remote: proxies, authorities, the agent of ssh. */
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

/** Sent to this host only: git would take the header along wherever an answer leads it, so none may lead it anywhere. */
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

/** Nobody can answer a question here, and a host that is not known yet is not trusted. */
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
 * The only configuration that git reads: protocols that are meant, no hooks, no helpers, stalls ended, signatures by ssh
 * keys of the list alone.
 */
function configText({ url, allowedSigners }: GitSettings): string {
  const isLocal = url.startsWith('/') || url.startsWith('file:');
  const path = url.startsWith('file:') ? decodeURIComponent(new URL(url).pathname) : url;
  return [
    '[protocol]\n\tallow = never',
    ...['file', 'http', 'https', 'ssh'].map((name) => `[protocol "${name}"]\n\tallow = always`),
    '[core]\n\thooksPath = /dev/null\n\tfsmonitor = false\n\taskPass =',
    '[gc]\n\tautoDetach = false',
    '[maintenance]\n\tautoDetach = false',
    '[fetch]\n\trecurseSubmodules = false',
    '[transfer]\n\tbundleURI = false',
    '[http]\n\tlowSpeedLimit = 1000\n\tlowSpeedTime = 30',
    // A repository that somebody named in the settings is read, whoever its files belong to.
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
