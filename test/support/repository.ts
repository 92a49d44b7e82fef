// Git repositories of tests: made in a directory of their own, with nothing of the machine's configuration.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';

const made: string[] = [];

/** A new directory, gone after `removeRepositories`. */
export function freshDirectory(): string {
  const dir = realpathSync(mkdtempSync(join(tmpdir(), 'holdfast-git-')));
  made.push(dir);
  return dir;
}

export function removeRepositories(): void {
  for (const dir of made.splice(0)) rmSync(dir, { recursive: true, force: true });
}

const ENVIRONMENT = {
  ...process.env,
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'Ada',
  GIT_AUTHOR_EMAIL: 'ada@example.org',
  GIT_COMMITTER_NAME: 'Ada',
  GIT_COMMITTER_EMAIL: 'ada@example.org',
};

export const gitIn = (dir: string, ...args: readonly string[]): string =>
  execFileSync('git', ['-C', dir, ...args], { encoding: 'utf8', env: ENVIRONMENT, stdio: 'pipe' }).trim();

export interface Repo {
  readonly dir: string;
  git(...args: readonly string[]): string;
  write(files: Readonly<Record<string, string>>): void;
  /** Writes and commits; the sha. */
  commit(subject: string, files?: Readonly<Record<string, string>>): string;
}

export function repositoryAt(dir: string): Repo {
  const git = (...args: readonly string[]): string => gitIn(dir, ...args);
  const write = (files: Readonly<Record<string, string>>): void => {
    for (const [name, text] of Object.entries(files)) {
      mkdirSync(dirname(join(dir, name)), { recursive: true });
      writeFileSync(join(dir, name), text);
    }
  };
  return {
    dir,
    git,
    write,
    commit(subject, files = {}) {
      write(files);
      git('add', '--all');
      git('commit', '--quiet', '--allow-empty', '--message', subject);
      return git('rev-parse', 'HEAD');
    },
  };
}

export function newRepository(): Repo {
  const repo = repositoryAt(freshDirectory());
  repo.git('init', '--quiet', '--initial-branch=main');
  return repo;
}

/** A clone as a runner makes it, by the transport of a remote: a local one would link everything. */
export function cloneOf(origin: Repo, ...args: readonly string[]): Repo {
  const dir = freshDirectory();
  gitIn(origin.dir, 'config', 'uploadpack.allowAnySHA1InWant', 'true');
  gitIn(origin.dir, 'config', 'uploadpack.allowFilter', 'true');
  gitIn(dir, 'clone', '--quiet', ...args, `file://${origin.dir}`, '.');
  return repositoryAt(dir);
}
