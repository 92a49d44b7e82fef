// The identity of a desired state: a keyed digest of its content, and the git commit when there is one.
import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { existsSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Commit, Revision } from '../../domain/desired.ts';
import type { Sealed } from '../../domain/secret.ts';
import { canonicalJson } from '../../lib/stable-json.ts';
import type { Tree } from '../../lib/value.ts';

/** 64 hex digits. The order of keys is irrelevant, the order of lists isn't. */
export function digestOf(tree: Tree, key: Sealed<string>): string {
  return createHmac('sha256', key.open()).update(canonicalJson(tree)).digest('hex');
}

/** The commit of the first directory that is in a work tree; dirty when files of any of them differ from it. */
export async function commitOf(directories: readonly string[]): Promise<Revision['commit']> {
  const commits = await Promise.all(directories.map(commitAt));
  const known = commits.filter((commit) => commit !== undefined);
  const [first] = known;
  return first && { ...first, dirty: known.some(({ dirty }) => dirty) };
}

/** Arguments of git that print what `commitIn` reads, before the commit that is meant. */
export const SHOW_COMMIT = [
  'log',
  '--max-count=1',
  '--no-show-signature',
  '--no-color',
  '--encoding=UTF-8',
  '--format=%H%x00%an%x00%at%x00%s',
];

/** Maximum characters of a text from a commit. */
const MAX_AUTHOR = 100;
const MAX_SUBJECT = 200;

/** Undefined for git's output without a commit. */
export function commitIn(printed: string): Commit | undefined {
  const [sha = '', author = '', at = '', subject = ''] = printed.trim().split('\0');
  if (!/^[0-9a-f]{40,64}$/.test(sha)) return undefined;
  return {
    sha,
    ...(author !== '' && { author: shortened(author, MAX_AUTHOR) }),
    ...(subject !== '' && { subject: shortened(subject, MAX_SUBJECT) }),
    ...(/^\d{1,12}$/.test(at) && { at: Number(at) * 1000 }),
  };
}

function shortened(text: string, max: number): string {
  const characters = [...text];
  return characters.length > max ? `${characters.slice(0, max - 1).join('')}…` : text;
}

/** The code of a child process that exceeded the output limit. */
const TOO_MUCH: unknown = 'ERR_CHILD_PROCESS_STDIO_MAXBUFFER';

async function commitAt(path: string): Promise<Revision['commit']> {
  const dir = (await stat(path).catch(() => undefined))?.isDirectory() ? path : dirname(path);
  if (!isInWorkTree(dir)) return undefined;
  const [printed, status] = await Promise.all([
    git(dir, [...SHOW_COMMIT, 'HEAD', '--']),
    git(dir, ['status', '--porcelain', '--untracked-files=normal', '--', path]),
  ]);
  const commit = commitIn(printed ?? '');
  return commit && { ...commit, dirty: (status ?? '') !== '' };
}

/** Calling git costs two processes per check, so directories outside of a work tree are detected without it. */
export function isInWorkTree(dir: string): boolean {
  if (process.env['GIT_DIR'] !== undefined || existsSync(join(dir, '.git'))) return true;
  return dirname(dir) !== dir && isInWorkTree(dirname(dir));
}

/**
 * Undefined if there is no git, no work tree, or no commit; the beginning of the output if it exceeds 16 MiB.
 * Optional locks are off, because reading must not write.
 */
export function git(dir: string, args: readonly string[]): Promise<string | undefined> {
  const options = {
    timeout: 10_000,
    maxBuffer: 16 * 1024 * 1024,
    env: { ...process.env, GIT_OPTIONAL_LOCKS: '0' },
  };
  return new Promise((done) => {
    execFile('git', ['-C', dir, ...args], options, (error, stdout) =>
      done(error && error.code !== TOO_MUCH ? undefined : stdout),
    );
  });
}
