// Edits on top of the commit in effect, pushed as a branch of the remote. The followed branch, the mirror's refs and the
// checkouts stay as they are.
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fail } from '../../domain/problem/problem.ts';
import type { Mirror } from './mirror.ts';
import { GitFailure } from './program.ts';

export interface Publishing {
  readonly branch: string;
  /** The branch is Holdfast's own: a new commit replaces an earlier one. */
  readonly replaces: boolean;
  readonly message: string;
  /** Relative to the repository, with `/`. */
  readonly files: readonly { readonly path: string; readonly text: string }[];
}

export interface Published {
  readonly branch: string;
  readonly sha: string;
}

/** `push` speaks to the remote. Rejects with HF2097 for a branch that can't be used, and with GitFailure. */
export async function publish(
  mirror: Mirror,
  base: string,
  publishing: Publishing,
  push: (refspec: string, ...flags: readonly string[]) => Promise<unknown>,
): Promise<Published> {
  const { branch, replaces } = publishing;
  await refuseName(mirror, branch);
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-publish-'));
  try {
    const sha = await commitOf(mirror, base, publishing, dir);
    const ref = `refs/heads/${branch}`;
    // A commit on top of the followed branch would be a fast-forward of it, and so in effect without a review.
    const isNew = `--force-with-lease=${ref}:`;
    await pushed(() => (replaces ? push(`+${sha}:${ref}`) : push(`${sha}:${ref}`, isNew)), branch);
    return { branch, sha };
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

async function refuseName(mirror: Mirror, branch: string): Promise<void> {
  try {
    await mirror.run(['check-ref-format', `refs/heads/${branch}`]);
  } catch (error) {
    if (!(error instanceof GitFailure) || branch.startsWith('-')) throw error;
    throw fail('HF2097', `${JSON.stringify(branch)} isn't a valid name of a branch`);
  }
}

async function commitOf(
  mirror: Mirror,
  base: string,
  { files, message }: Publishing,
  dir: string,
): Promise<string> {
  const workTree = { dir: join(dir, 'tree'), index: join(dir, 'index') };
  await mkdir(workTree.dir);
  const git = async (...args: readonly string[]): Promise<string> =>
    (await mirror.run(args, { workTree })).trim();
  await git('read-tree', base);
  for (const [i, { path, text }] of files.entries()) {
    const written = join(dir, `file-${i}`);
    await writeFile(written, text);
    const blob = await git('hash-object', '-w', '--no-filters', '--', written);
    const mode = /^\d+/.exec(await git('ls-tree', base, '--', path))?.[0] ?? '100644';
    await git('update-index', '--add', '--cacheinfo', `${mode},${blob},${path}`);
  }
  return git('commit-tree', await git('write-tree'), '-p', base, '-m', message);
}

/** The remote has been read with these credentials, so a refusal is about writing. */
const FORBIDDEN =
  /error: 40[13]\b|permission .*denied|denied to|read.?only|not allowed to (?:push|upload)|authentication failed|could not read (?:username|password)|access denied/i;

async function pushed(push: () => Promise<unknown>, branch: string): Promise<void> {
  try {
    await push();
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    if (/\[(?:remote )?rejected\]/.test(error.message))
      throw fail('HF2097', `the remote refuses the branch ${branch}: it exists, or it is protected`, {
        remedy: 'Choose another name, or let the token push this branch.',
      });
    if (!FORBIDDEN.test(error.message)) throw error;
    throw fail('HF2097', `the remote refuses the branch ${branch}: the credentials can't push`, {
      remedy:
        'Give the token or key of `daemon.source.git.auth` the right to write: `contents: write` on GitHub, `write_repository` and the role Developer on GitLab, `write:repository` on Gitea and Forgejo, or a deploy key with write access.',
    });
  }
}
