// The `git` program on somebody's own repository: reads only, asks nobody anything, says in English why it failed.
import { execFile } from 'node:child_process';

export interface GitAnswer {
  /** -1 where git isn't installed, or was ended because it took too long. */
  readonly exit: number;
  readonly out: string;
  /** The first line that says why it failed. */
  readonly reason: string;
}

/** A partial clone may have to ask its remote for what it lacks. */
export const GIT_MS = 60_000;

export const gitEnvironment = (): NodeJS.ProcessEnv => ({
  ...process.env,
  GIT_OPTIONAL_LOCKS: '0',
  GIT_TERMINAL_PROMPT: '0',
  LC_ALL: 'C',
});

/** Never rejects. */
export function runGit(dir: string, args: readonly string[]): Promise<GitAnswer> {
  const options = { timeout: GIT_MS, maxBuffer: 16 * 1024 * 1024, env: gitEnvironment() };
  return new Promise((done) => {
    execFile('git', ['-C', dir, ...args], options, (error, out, stderr) => {
      if (!error) done({ exit: 0, out, reason: '' });
      else if (error.code === 'ENOENT') done({ exit: -1, out, reason: "the program `git` isn't installed" });
      else if (error.killed) done({ exit: -1, out, reason: `git took longer than ${GIT_MS / 1000} s` });
      else done({ exit: Number(error.code ?? -1), out, reason: reasonIn(stderr) });
    });
  });
}

/** Characters: git repeats names from outside. */
const MAX_REASON = 300;

export function reasonIn(stderr: string): string {
  const lines = stderr.split('\n').map((line) => line.trim());
  const telling = lines.find((line) => /^(?:fatal|error):/.test(line)) ?? lines.find((line) => line !== '');
  return (telling ?? 'git gave no reason').replace(/^(?:fatal|error): /, '').slice(0, MAX_REASON);
}
