// Edits as a commit of the repository that holds the files: on the branch that is checked out, or on a new one that leaves
// the work tree as it is.
import { execFile } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import type { FileEdit } from '../../compose/adoption.ts';
import { reasonIn } from '../../desired/git/run.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';

/** Whether it contains no secret in plain text. */
export const isForGit = ({ kind }: FileEdit): boolean => kind === 'yaml' || kind === 'encrypted';

export interface Committing {
  /** Those with secrets are never committed. */
  readonly files: readonly FileEdit[];
  /** New; undefined: the one that is checked out. */
  readonly branch: string | undefined;
  readonly message: string;
}

export interface Committed {
  readonly branch: string;
  readonly sha: string;
}

/** Rejects with HF2097 before anything is written. */
export async function refuseUncommittable({ files, branch }: Committing): Promise<void> {
  const repository = await repositoryOf(files);
  if (branch !== undefined) {
    if ((await tryGit(repository, ['check-ref-format', '--branch', branch])) === undefined)
      throw fail('HF2097', `${JSON.stringify(branch)} isn't a valid name of a branch`);
    if (
      (await tryGit(repository, ['rev-parse', '--verify', '--quiet', `refs/heads/${branch}`])) !== undefined
    )
      throw fail('HF2097', `the branch ${branch} already exists`, {
        remedy: 'Choose another name with --branch, or delete the branch.',
      });
  }
  const paths = forGit(files).map(({ path }) => path);
  const status = await git(repository, ['status', '--porcelain', '--untracked-files=no', '--', ...paths]);
  if (status.trim() !== '')
    throw fail('HF2097', `${status.split('\n')[0]?.slice(3) ?? ''} has uncommitted changes`, {
      remedy: 'Commit, stash or discard the changes, or edit the files with --write.',
    });
}

export async function commitEdits(
  { files, branch, message }: Committing,
  signal: AbortSignal,
): Promise<Committed> {
  const repository = await repositoryOf(files);
  const paths = forGit(files).map(({ path }) => relative(repository, path));
  if (branch === undefined) {
    await withRemedy(EDITED, async () => {
      await git(repository, ['add', '--', ...paths], { signal });
      await git(repository, ['commit', '--quiet', '--file=-', '--', ...paths], { signal, input: message });
    });
    const [name, sha] = [
      await git(repository, ['rev-parse', '--abbrev-ref', 'HEAD']),
      await git(repository, ['rev-parse', 'HEAD']),
    ];
    return { branch: name.trim(), sha: sha.trim() };
  }
  const sha = await commitOf(repository, { files, message }, signal);
  // Fails where somebody made the branch in the meantime.
  await git(repository, ['update-ref', `refs/heads/${branch}`, sha, '0'.repeat(sha.length)], { signal });
  return { branch, sha };
}

/** A commit on top of the one that is checked out, pushed as a branch of the remote. No branch here changes. */
export async function pushEdits(
  {
    files,
    branch,
    message,
    replaces,
  }: Omit<Committing, 'branch'> & { readonly branch: string; readonly replaces: boolean },
  signal: AbortSignal,
): Promise<Committed> {
  const repository = await repositoryOf(files);
  if ((await tryGit(repository, ['check-ref-format', '--branch', branch])) === undefined)
    throw fail('HF2097', `${JSON.stringify(branch)} isn't a valid name of a branch`);
  const sha = await commitOf(repository, { files, message }, signal);
  const refspec = `${replaces ? '+' : ''}${sha}:refs/heads/${branch}`;
  const env = { GIT_TERMINAL_PROMPT: '0' };
  await withRemedy(MAY_PUSH, () => git(repository, ['push', '--quiet', 'origin', refspec], { signal, env }));
  return { branch, sha };
}

const EDITED =
  'The files are edited. Correct what git says and commit them by hand, or discard the edits with `git restore --staged --worktree .`.';
const MAY_PUSH =
  'Let the job push to `origin`: on GitHub with `permissions: { contents: write }` and the credentials that the checkout keeps, on GitLab with a remote that has a token with `write_repository`.';

/** Rejects with what git says, and this remedy. */
async function withRemedy(remedy: string, work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    throw fail('HF2097', error.problems[0]?.message ?? '', { remedy }, { cause: error });
  }
}

async function commitOf(
  repository: string,
  { files, message }: Pick<Committing, 'files' | 'message'>,
  signal: AbortSignal,
): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-adopt-'));
  try {
    const env = { GIT_INDEX_FILE: join(dir, 'index'), ...(await authorOf(repository)) };
    return await commitWith(repository, message, forGit(files), { signal, env });
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** Jobs often have no name for git. */
async function authorOf(repository: string): Promise<Readonly<Record<string, string>>> {
  if ((await tryGit(repository, ['var', 'GIT_COMMITTER_IDENT'])) !== undefined) return {};
  const [name, email] = ['Holdfast', 'holdfast@localhost'];
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
  };
}

const forGit = (files: readonly FileEdit[]): readonly FileEdit[] => files.filter(isForGit);

/** In an index of its own, from the commit that is checked out. */
async function commitWith(
  repository: string,
  message: string,
  files: readonly FileEdit[],
  options: GitOptions,
): Promise<string> {
  await git(repository, ['read-tree', 'HEAD'], options);
  for (const { path, after } of files) {
    const name = relative(repository, path).split('\\').join('/');
    const blob = await git(repository, ['hash-object', '-w', '--stdin', '--path', name], {
      ...options,
      input: after,
    });
    const known = await git(repository, ['ls-tree', 'HEAD', '--', name], options);
    const mode = /^\d+/.exec(known)?.[0] ?? '100644';
    await git(
      repository,
      ['update-index', '--add', '--cacheinfo', `${mode},${blob.trim()},${name}`],
      options,
    );
  }
  const tree = (await git(repository, ['write-tree'], options)).trim();
  const made = await git(repository, ['commit-tree', tree, '-p', 'HEAD'], { ...options, input: message });
  return made.trim();
}

async function repositoryOf(files: readonly FileEdit[]): Promise<string> {
  const tops = await Promise.all(
    forGit(files).map(async ({ path, shown }) => {
      const top = await tryGit(dirname(path), ['rev-parse', '--show-toplevel']);
      if (top === undefined) throw fail('HF2097', `${shown} isn't in a git repository`);
      return top.trim();
    }),
  );
  const [first, ...others] = new Set(tops);
  if (first === undefined)
    throw fail('HF2097', 'no file of desired state changes, so there is nothing to commit');
  if (others.length > 0)
    throw fail('HF2097', `the files are in several repositories: ${[first, ...others].join(', ')}`);
  return first;
}

interface GitOptions {
  readonly signal?: AbortSignal;
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

const tryGit = (dir: string, args: readonly string[]): Promise<string | undefined> =>
  git(dir, args).catch(() => undefined);

/** The user's own git, with the user's name and hooks. Rejects with HF2097 and what git said. */
function git(dir: string, args: readonly string[], { signal, env, input }: GitOptions = {}): Promise<string> {
  return new Promise((done, reject) => {
    const options = { signal, timeout: 60_000, maxBuffer: 16 * 1024 * 1024, env: { ...process.env, ...env } };
    const child = execFile('git', ['-C', dir, ...args], options, (error, stdout, stderr) => {
      if (!error) return done(stdout);
      reject(fail('HF2097', `git ${args[0]} failed: ${reasonIn(stderr === '' ? error.message : stderr)}`));
    });
    // A command that doesn't read its input has ended before it could be written.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input ?? '');
  });
}
