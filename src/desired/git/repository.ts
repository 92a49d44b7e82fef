// The repository that the files are in, and which commit somebody means by a revision. Every refusal says which `git
// fetch` is missing.
import { existsSync, realpathSync } from 'node:fs';
import { dirname, posix } from 'node:path';
import type { Commit } from '../../domain/desired.ts';
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import { commitIn, SHOW_COMMIT } from '../read/revision.ts';
import { type GitAnswer, runGit } from './run.ts';

export interface Repository {
  /** The work tree, as a directory that the given one is below. */
  readonly top: string;
  readonly isShallow: boolean;
  /** The commit that is checked out. */
  readonly head: string;
}

/** The repository of a directory; where that is missing, of the nearest one above. Rejects with HF2080. */
export async function openRepository(dir: string): Promise<Repository> {
  const there = nearest(dir);
  const [about, head] = await Promise.all([
    runGit(there, ['rev-parse', '--show-toplevel', '--is-shallow-repository']),
    runGit(there, ['rev-parse', '--verify', '--quiet', 'HEAD^{commit}']),
  ]);
  const [top = '', shallow = ''] = about.out.split('\n');
  if (about.exit !== 0 || top === '') throw unreadable(there, about);
  if (head.exit !== 0)
    throw fail('HF2080', `the repository ${top} doesn't have any commits yet`, {
      remedy: 'Commit the files first. If the command has `--base`, you can also leave it out.',
    });
  return { top: asGiven(there, top), isShallow: shallow === 'true', head: head.out.trim() };
}

const nearest = (dir: string): string =>
  existsSync(dir) || dirname(dir) === dir ? dir : nearest(dirname(dir));

/** Git resolves links on the way to the work tree; paths of settings don't. */
function asGiven(dir: string, top: string): string {
  for (let at = dir; ; at = dirname(at)) {
    if (realpathSync(at) === top) return at;
    if (dirname(at) === at) return top;
  }
}

const isMissing = ({ reason }: GitAnswer): boolean => /not a git repository/i.test(reason);

function unreadable(dir: string, answer: GitAnswer): HoldfastError {
  if (isMissing(answer)) return fail('HF2080', `${dir} isn't in a git repository`);
  const [, owned] = /dubious ownership in repository at '(.*?)'/.exec(answer.reason) ?? [];
  const remedy =
    owned === undefined
      ? undefined
      : `The repository belongs to another user. If you trust it, run \`git config --global --add safe.directory ${owned}\`.`;
  return fail('HF2080', `git can't read the repository of ${dir}: ${answer.reason}`, { remedy });
}

export interface Resolved {
  readonly commit: Commit;
  /** What else has to be said of it, in words. */
  readonly remark?: string;
}

const MERGE_BASE = 'merge-base:';

/**
 * The commit of `REV` or `merge-base:REV`. `isApplied`: somebody knows that it was applied, whether or not it is in the
 * history of what is checked out. Rejects with HF2081, HF2082 and HF2083.
 */
export async function resolveRevision(
  repository: Repository,
  text: string,
  isApplied = false,
): Promise<Resolved> {
  const rev = text.startsWith(MERGE_BASE) ? text.slice(MERGE_BASE.length) : text;
  const sha = await shaOf(repository, rev);
  if (rev !== text) return { commit: await commitOf(repository, await mergeBase(repository, rev, sha)) };
  const commit = await commitOf(repository, sha);
  if (isApplied || sha === repository.head) return { commit };
  const remark = await placeInHistory(repository, rev, sha);
  return { commit, ...(remark !== undefined && { remark }) };
}

/** As git finds it here, or as the branch of that name on `origin`: a runner checks out no branch of its own. */
async function shaOf({ top, isShallow }: Repository, rev: string): Promise<string> {
  if (/^-|^$|[\s\p{Cc}]/u.test(rev))
    throw fail('HF2081', `"${rev}" isn't the name of a commit, branch or tag`);
  for (const name of [rev, `refs/remotes/origin/${rev}`]) {
    const found = await runGit(top, ['rev-parse', '--verify', '--quiet', `${name}^{commit}`]);
    if (found.exit === 0) return found.out.trim();
    if (found.exit === -1) throw fail('HF2080', `git can't read the repository: ${found.reason}`);
  }
  const missing = isFullSha(rev)
    ? `commit ${rev.slice(0, 12)} isn't in this clone`
    : `there is no commit, branch or tag \`${rev}\` in this clone`;
  throw fail('HF2081', missing, { remedy: missingFetch(rev, isShallow) });
}

const isFullSha = (rev: string): boolean => /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(rev);

function missingFetch(rev: string, isShallow: boolean): string {
  if (isFullSha(rev)) return `Run \`git fetch --depth=1 origin ${rev}\` first.`;
  if (/[~^@:]/.test(rev) || /^[0-9a-f]{7,39}$/.test(rev))
    return `Check the spelling, or run \`git fetch ${isShallow ? '--unshallow ' : ''}origin\` first.`;
  return `Check the spelling, or fetch it first: \`git fetch --depth=1 origin +refs/heads/${rev}:refs/remotes/origin/${rev}\` for a branch, \`git fetch --depth=1 origin tag ${rev}\` for a tag.`;
}

async function commitOf({ top }: Repository, sha: string): Promise<Commit> {
  const shown = await runGit(top, [...SHOW_COMMIT, sha, '--']);
  return commitIn(shown.out) ?? { sha };
}

async function mergeBase(repository: Repository, rev: string, sha: string): Promise<string> {
  const { top, head, isShallow } = repository;
  const found = await runGit(top, ['merge-base', head, sha]);
  if (found.exit === 0) return found.out.trim();
  if ((await parentsOf(repository)).includes(sha)) return sha;
  if (isShallow) throw tooShort(`where the checked-out commit and \`${rev}\` parted isn't in it`);
  throw fail('HF2083', `the checked-out commit and \`${rev}\` have no common history`, {
    remedy: 'Name a commit of the history of the checked-out commit.',
  });
}

/** As the commit names them, whether the clone has them or not: a shallow clone of a pull request is a merge without its parents. */
async function parentsOf({ top, head }: Repository): Promise<readonly string[]> {
  const { out } = await runGit(top, ['cat-file', 'commit', head]);
  const [header = ''] = out.split('\n\n');
  return [...header.matchAll(/^parent ([0-9a-f]+)$/gm)].map(([, parent = '']) => parent);
}

function tooShort(why: string): HoldfastError {
  return fail('HF2082', `this clone is shallow, and ${why}`, {
    remedy:
      'Run `git fetch --unshallow origin` first. In GitHub Actions set `fetch-depth: 0` for the checkout, in GitLab `GIT_DEPTH: 0`.',
  });
}

/** Undefined for an ancestor, and in a shallow clone, where nobody can tell. */
async function placeInHistory(
  { top, head, isShallow }: Repository,
  rev: string,
  sha: string,
): Promise<string | undefined> {
  const [isOlder, isNewer] = await Promise.all([
    runGit(top, ['merge-base', '--is-ancestor', sha, head]),
    runGit(top, ['merge-base', '--is-ancestor', head, sha]),
  ]);
  if (isOlder.exit === 0 || isShallow) return undefined;
  if (isNewer.exit === 0) return 'it is newer than the checked-out commit, so this goes back';
  throw fail(
    'HF2083',
    `\`${rev}\` (${sha.slice(0, 12)}) isn't an ancestor of the checked-out commit ${head.slice(0, 12)}: what was changed there since they parted would count as reverted here`,
    { remedy: `Use \`--base merge-base:${rev}\`, which is where both histories parted.` },
  );
}

/**
 * Where a path was in an earlier commit, as far as git sees it as renamed; both relative to the work tree. A file that
 * changed too much for that is the only one of its name that is gone.
 */
export async function movedFrom(
  repository: Repository,
  earlier: string,
  path: string,
): Promise<string | undefined> {
  const { top, head } = repository;
  const renames = ['diff', '--name-status', '-z', '--find-renames', '--diff-filter=R', earlier, head, '--'];
  const [, ...fields] = (await runGit(top, renames)).out.split(/(?:^|\0)R\d+\0/);
  const froms = fields.flatMap((field) => {
    const [from = '', to = ''] = field.split('\0');
    if (to === path) return [from];
    const rest = to.startsWith(`${path}/`) ? to.slice(path.length) : undefined;
    return rest !== undefined && from.endsWith(rest) ? [from.slice(0, -rest.length)] : [];
  });
  return theOnly(froms) ?? (froms.length === 0 ? goneNamesake(repository, earlier, path) : undefined);
}

async function goneNamesake(
  { top, head }: Repository,
  earlier: string,
  path: string,
): Promise<string | undefined> {
  const gone = ['diff', '--name-only', '-z', '--no-renames', '--diff-filter=D', earlier, head, '--'];
  const { out } = await runGit(top, [...gone, `:(top,glob)**/${posix.basename(path)}`]);
  return theOnly(out.split('\0').filter((name) => name !== ''));
}

function theOnly(names: readonly string[]): string | undefined {
  const [first, ...others] = new Set(names);
  return others.length === 0 ? first : undefined;
}
