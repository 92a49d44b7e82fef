// The files of single commits, each in its own directory that never changes, and the record of the one in effect. A
// directory appears as a whole or not at all. The newest few are kept, and those that are still in use.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commit } from '../../domain/desired.ts';
import { fail } from '../../domain/problem/problem.ts';
import { explained, makeDirectory, readText, syncDirectory, writeWhole } from '../../state/files/disk.ts';
import { checkLinks } from './links.ts';
import { type Bounds, IN_FORCE, type Mirror } from './mirror.ts';
import { TooMuchOutput } from './program.ts';

export interface Checkout {
  readonly commit: Commit;
  /** Absolute; contains what is below `path` of the settings. */
  readonly dir: string;
}

export interface Checkouts {
  /** As recorded, whether or not its directory still exists; undefined if there is no record or it is damaged. */
  recorded(): Promise<Checkout | undefined>;
  /** Puts the files of a commit on disk. Rejects with HF7015, HF7017, HF7020, or GitFailure. */
  make(mirror: Mirror, commit: Commit): Promise<Checkout>;
  /** From now on this one is in effect, also after a restart. */
  record(mirror: Mirror, checkout: Checkout): Promise<void>;
  /** Removes all but the newest few; `isRead` says which are still in use. */
  prune(isRead: (dir: string) => boolean): Promise<void>;
}

const KEPT = 3;

/** `path` is the directory of the repository to check out. */
export function createCheckouts(dir: string, path: string, bounds: Bounds): Checkouts {
  const record = join(dir, 'in-force.json');
  const root = join(dir, 'checkouts');
  return {
    async recorded() {
      const read = parse((await readText(record)) ?? '');
      return read && { commit: read.commit, dir: join(root, read.name) };
    },
    async make(mirror, commit) {
      const tree = await treeHash(mirror, commit.sha, path);
      const entries = await entriesOf(mirror, tree, bounds);
      checkSize(entries, bounds);
      const links = entries.flatMap(({ mode, name }) => (mode === LINK ? [name] : []));
      await makeDirectory(root);
      const made = join(root, `${commit.sha.slice(0, 12)}-${randomBytes(4).toString('hex')}`);
      await explained(made, () => writeFiles(mirror, tree, made, (part) => checkLinks(part, path, links)));
      return { commit, dir: made };
    },
    async record(mirror, { commit, dir: made }) {
      const name = made.slice(root.length + 1);
      await writeWhole(record, `${JSON.stringify({ version: 1, commit, name })}\n`);
      await mirror.run(['update-ref', IN_FORCE, commit.sha]);
    },
    prune: (isRead) => prune(root, isRead),
  };
}

function parse(text: string): { readonly commit: Commit; readonly name: string } | undefined {
  try {
    const { commit, name } = JSON.parse(text) as { commit?: Partial<Commit>; name?: unknown };
    if (typeof name !== 'string' || !/^[0-9a-f]{12}-[0-9a-f]{8}$/.test(name)) return undefined;
    return isCommit(commit) ? { name, commit } : undefined;
  } catch {
    return undefined;
  }
}

function isCommit(commit: Partial<Commit> = {}): commit is Commit {
  const { sha, author = '', subject = '', at = 0 } = commit;
  const isText = [author, subject].every((text) => typeof text === 'string');
  return /^[0-9a-f]{40,64}$/.test(String(sha)) && isText && Number.isInteger(at);
}

export async function isDirectory(path: string): Promise<boolean> {
  return stat(path).then(
    (found) => found.isDirectory(),
    () => false,
  );
}

/** The ID of the tree of a commit at `path`. */
async function treeHash(mirror: Mirror, sha: string, path: string): Promise<string> {
  const whole = await mirror.run(['rev-parse', '--verify', `${sha}^{tree}`]);
  if (path === '.') return whole.trim();
  const listed = await mirror.run(['ls-tree', '-d', '-z', sha, '--', path]);
  const [, tree] = /^040000 tree ([0-9a-f]+)\t/.exec(listed) ?? [];
  if (tree === undefined)
    throw fail('HF7015', `commit ${sha.slice(0, 12)} doesn't contain the directory ${path}`);
  return tree;
}

interface Entry {
  readonly mode: string;
  readonly bytes: number;
  readonly name: string;
}

const LINK = '120000';

/** 244 KB of git data can contain 10^10 names: the list stops at the limit. */
async function entriesOf(
  mirror: Mirror,
  tree: string,
  { checkoutFiles: maxEntries }: Bounds,
): Promise<readonly Entry[]> {
  const listed = await mirror.run(['ls-tree', '-r', '-l', '-z', tree], { maxEntries }).catch((error) => {
    throw error instanceof TooMuchOutput
      ? fail('HF7017', `the commit has more than ${maxEntries} files`, {}, { cause: error })
      : error;
  });
  return listed.split('\0').flatMap((line) => {
    const [, mode, size, name] = /^(\d+) \S+ \S+ +(\d+|-)\t(.*)$/s.exec(line) ?? [];
    return mode === undefined || name === undefined ? [] : [{ mode, bytes: Number(size) || 0, name }];
  });
}

function checkSize(entries: readonly Entry[], bounds: Bounds): void {
  const bytes = entries.reduce((sum, entry) => sum + entry.bytes, 0);
  if (bytes > bounds.checkoutBytes)
    throw fail(
      'HF7017',
      `the files of the commit are larger than ${Math.round(bounds.checkoutBytes / 1048576)} MiB`,
    );
}

/** Created under another name first, so that an existing directory is complete. */
async function writeFiles(
  mirror: Mirror,
  tree: string,
  made: string,
  check: (part: string) => Promise<void>,
): Promise<void> {
  const [part, index] = [`${made}.part`, `${made}.index`];
  await mkdir(part, { mode: 0o700 });
  try {
    const workTree = { dir: part, index };
    await mirror.run(['read-tree', tree], { workTree });
    await mirror.run(['checkout-index', '--all', '--force', '--quiet'], { workTree });
    await check(part);
    await rename(part, made);
    const now = new Date();
    await utimes(made, now, now);
    await syncDirectory(join(made, '..'));
  } finally {
    await rm(part, { recursive: true, force: true });
    await rm(index, { force: true });
  }
}

async function prune(root: string, isRead: (dir: string) => boolean): Promise<void> {
  const names = await readdir(root).catch(() => []);
  const dated = await Promise.all(
    names.map(async (name) => ({
      dir: join(root, name),
      at: (await stat(join(root, name)).catch(() => undefined))?.mtimeMs ?? 0,
    })),
  );
  const old = dated.toSorted((a, b) => b.at - a.at).slice(KEPT);
  for (const { dir } of old) if (!isRead(dir)) await rm(dir, { recursive: true, force: true });
}
