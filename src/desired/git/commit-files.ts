// The files of one commit as a source of desired state: nothing is checked out. Symbolic links are followed inside the
// commit; what they lead to outside of it is ignored.
import { extname, join, posix, relative, sep } from 'node:path';
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import { isWithin, leadsUp } from '../../lib/paths.ts';
import { decodeText } from '../../input/text-file.ts';
import { MAX_ENTRIES, type Visited, type Walked, type WalkOptions } from '../../input/walk.ts';
import type { FileSource } from '../read/files.ts';
import type { Objects } from './objects.ts';

export interface CommitFiles extends FileSource {
  /** `nothing` also where the path is outside of the repository. */
  kindOf(path: string): Promise<'file' | 'directory' | 'nothing'>;
}

interface Entry {
  readonly kind: 'file' | 'directory' | 'link';
  readonly id: string;
}

/** What a path leads to, with links resolved. */
interface Found extends Entry {
  readonly real: string;
}

type Directory = ReadonlyMap<string, Entry>;

export interface CommitFilesOptions {
  readonly sha: string;
  /** The work tree, absolute, real. */
  readonly top: string;
  readonly objects: Objects;
}

/** Links on the way to one file. */
const MOST_LINKS = 40;

export function commitFiles({ sha, top, objects }: CommitFilesOptions): CommitFiles {
  const directories = new Map<string, Promise<Directory>>();
  const directory = (id: string): Promise<Directory> => {
    const known = directories.get(id) ?? readDirectory(objects, id, sha.length / 2);
    directories.set(id, known);
    return known;
  };
  const root: Found = { kind: 'directory', id: `${sha}^{tree}`, real: '' };
  /** Undefined where there is nothing, or a link leads in a circle. */
  const find = async (path: string, links = MOST_LINKS): Promise<Found | 'outside' | undefined> => {
    let at: Found | 'outside' | undefined = root;
    for (const name of path.split('/').filter((each) => each !== '' && each !== '.')) {
      if (at === 'outside' || at === undefined) return at;
      if (at.kind !== 'directory') return undefined;
      const entry: Entry | undefined = (await directory(at.id)).get(name);
      if (!entry) return undefined;
      const real = posix.join(at.real, name);
      at = entry.kind === 'link' ? await follow(entry, real, links) : { ...entry, real };
    }
    return at;
  };
  const follow = async (link: Entry, real: string, links: number): Promise<Found | 'outside' | undefined> => {
    if (links === 0) return undefined;
    const target = (await contentOf(objects, link.id)).toString('utf8');
    const way = posix.normalize(posix.join(posix.dirname(real), target));
    return target.startsWith('/') || leadsUp(way) ? 'outside' : find(way, links - 1);
  };
  const inCommit = async (path: string): Promise<Found | undefined> => {
    const found = isWithin(path, top) ? await find(relative(top, path).split(sep).join('/')) : undefined;
    return found === 'outside' ? undefined : found;
  };
  return {
    label: `${sha.slice(0, 12)}:`,
    async kindOf(path) {
      const found = await inCommit(path);
      return found?.kind === 'file' || found?.kind === 'directory' ? found.kind : 'nothing';
    },
    async readText(path, shown) {
      const found = await inCommit(path);
      if (found?.kind !== 'file') return undefined;
      return decodeText(await contentOf(objects, found.id), shown);
    },
    async walk(path, options) {
      const found = await inCommit(path);
      if (!found) throw Object.assign(new Error('not in the commit'), { code: 'ENOENT' });
      return walkBelow({ path, found, directory, find }, options);
    },
  };
}

interface Walking {
  readonly path: string;
  readonly found: Found;
  readonly directory: (id: string) => Promise<Directory>;
  readonly find: (path: string) => Promise<Found | 'outside' | undefined>;
}

const isHidden = (name: string): boolean => name.startsWith('.');

/** As the walk of the disk: each real place once, what no link leads to first. */
async function walkBelow(
  { path, found, directory, find }: Walking,
  { signal, limit = MAX_ENTRIES, skip = isHidden }: WalkOptions,
): Promise<Walked> {
  const seen = new Set<string>();
  const [directories, files]: [Visited[], Visited[]] = [[], []];
  const failed: { path: string; error: unknown }[] = [];
  const outside: (Visited & { isDirectory: boolean })[] = [];
  let left = limit;
  let exceeded: Visited | undefined;
  const links: Visited[] = [];
  const visit = async (at: Visited, one: Found): Promise<void> => {
    if (signal?.aborted) throw fail('HF5007', 'stopped by a signal while a commit was read');
    if (seen.has(one.real) || exceeded) return;
    seen.add(one.real);
    if (one.kind === 'file') return void files.push(at);
    directories.push(at);
    for (const [name, entry] of await directory(one.id)) {
      if (left === 0) return void (exceeded ??= at);
      left -= 1;
      if (skip(name)) continue;
      const below: Visited = { ...at, path: join(at.path, name), real: posix.join(one.real, name) };
      if (entry.kind === 'link') links.push(below);
      else await visit(below, { ...entry, real: below.real });
    }
  };
  await visit({ path, real: found.real }, found);
  for (let link = links.shift(); link; link = links.shift()) {
    const target = await find(link.real);
    if (target === 'outside') outside.push({ ...link, isDirectory: extname(link.path) === '' });
    else if (target) await visit({ ...link, link: { path: link.path, target: target.real } }, target);
    else failed.push({ path: link.path, error: Object.assign(new Error('dangling'), { code: 'ENOENT' }) });
  }
  return { directories, files, outside, failed, ...(exceeded && { exceeded: { ...exceeded, limit } }) };
}

/** Rejects with HF2087 where the clone has only a part of the commit. */
async function contentOf(objects: Objects, id: string): Promise<Buffer> {
  try {
    const found = await objects.read(id);
    if (found) return found.content;
  } catch (error) {
    throw incomplete(error instanceof Error ? error.message : String(error));
  }
  throw incomplete(`object ${id.slice(0, 12)} is missing`);
}

const incomplete = (reason: string): HoldfastError =>
  fail('HF2087', `this clone doesn't have all files of the base: ${reason}`);

const KINDS: Readonly<Record<string, Entry['kind']>> = {
  '40000': 'directory',
  '100644': 'file',
  '100755': 'file',
  '120000': 'link',
};

/** `MODE NAME\0ID`, one after the other. A submodule is nothing: its files are in another repository. */
async function readDirectory(objects: Objects, id: string, idBytes: number): Promise<Directory> {
  const content = await contentOf(objects, id);
  const entries = new Map<string, Entry>();
  for (let at = 0; at < content.length;) {
    const zero = content.indexOf(0, at);
    const [mode = '', ...name] = content.toString('utf8', at, zero).split(' ');
    const kind = KINDS[mode];
    const end = zero + 1 + idBytes;
    if (kind) entries.set(name.join(' '), { kind, id: content.toString('hex', zero + 1, end) });
    at = end;
  }
  return entries;
}
