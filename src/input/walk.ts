// The only walk below a directory, for all code that reads or watches its content. Visits every directory and file
// once by its real path, whatever links lead to it; ends at a limit and when it is aborted.
import type { Dirent } from 'node:fs';
import { opendir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { fail } from '../domain/problem/problem.ts';

/** Names in all directories together. A desired state has a few hundred files at most. */
export const MAX_ENTRIES = 20_000;

export interface WalkOptions {
  /** Aborts the walk: it rejects with HF5007. */
  readonly signal?: AbortSignal | undefined;
  /** Names in all directories together; default MAX_ENTRIES. */
  readonly limit?: number;
  /** Names to skip, with everything below them. Default: hidden names. */
  readonly skip?: (name: string) => boolean;
  /** Whether to follow a link to this real path. Default: always. */
  readonly follows?: (real: string) => boolean;
}

/** A link that was followed. */
export interface Link {
  readonly path: string;
  /** Its real path. */
  readonly target: string;
}

export interface Visited {
  /** Starts with the path that the walk began at. */
  readonly path: string;
  readonly real: string;
  /** The link through which it was reached first; absent if there is no link on the path. */
  readonly link?: Link;
}

export interface Walked {
  /** In the order of the walk: paths without links come first. */
  readonly directories: readonly Visited[];
  readonly files: readonly Visited[];
  /** Links that were not followed. */
  readonly outside: readonly (Visited & { readonly isDirectory: boolean })[];
  readonly failed: readonly { readonly path: string; readonly error: unknown }[];
  /** Set if the walk ended at its limit; the result is then incomplete. */
  readonly exceeded?: Visited & { readonly limit: number };
}

/** `root` can be a directory or one file. Rejects with the system's error if it doesn't exist, and with HF5007. */
export async function walk(root: string, options: WalkOptions = {}): Promise<Walked> {
  const walker = new Walker(options);
  await walker.visit({ path: root, real: await realpath(root) });
  return walker.rest();
}

const isHidden = (name: string): boolean => name.startsWith('.');

class Walker {
  readonly #skip: (name: string) => boolean;
  readonly #follows: (real: string) => boolean;
  readonly #signal: AbortSignal | undefined;
  readonly #limit: number;
  #left: number;
  readonly #seen = new Set<string>();
  readonly #directories: Visited[] = [];
  readonly #files: Visited[] = [];
  readonly #outside: (Visited & { isDirectory: boolean })[] = [];
  readonly #failed: { path: string; error: unknown }[] = [];
  #waiting: Visited[] = [];
  /** Followed when no directory waits, so that a path with a link is used only if there is no other. */
  #links: Visited[] = [];
  #exceeded: Visited | undefined;

  constructor({ skip = isHidden, follows = () => true, signal, limit = MAX_ENTRIES }: WalkOptions) {
    this.#skip = skip;
    this.#follows = follows;
    this.#signal = signal;
    this.#limit = limit;
    this.#left = limit;
  }

  /** Rejects if nothing is there. */
  async visit(one: Visited): Promise<void> {
    if (this.#seen.has(one.real)) return;
    const isDirectory = (await stat(one.real)).isDirectory();
    this.#seen.add(one.real);
    (isDirectory ? this.#waiting : this.#files).push(one);
  }

  async rest(): Promise<Walked> {
    do {
      await this.#each(this.#taken('directories'), (directory) => this.#read(directory));
      if (this.#waiting.length === 0) await this.#each(this.#taken('links'), (link) => this.#follow(link));
    } while (!this.#exceeded && this.#waiting.length + this.#links.length > 0);
    return {
      directories: this.#directories,
      files: this.#files,
      outside: this.#outside,
      failed: this.#failed,
      ...(this.#exceeded && { exceeded: { ...this.#exceeded, limit: this.#limit } }),
    };
  }

  #taken(kind: 'directories' | 'links'): readonly Visited[] {
    const taken = kind === 'links' ? this.#links : this.#waiting;
    if (kind === 'links') this.#links = [];
    else this.#waiting = [];
    return taken.toSorted((a, b) => (a.path < b.path ? -1 : 1));
  }

  async #each(some: readonly Visited[], work: (one: Visited) => Promise<void>): Promise<void> {
    for (const one of some) {
      if (this.#exceeded) return;
      await work(one).catch((error: unknown) => this.#failed.push({ path: one.path, error }));
      if (this.#signal?.aborted) throw fail('HF5007', 'stopped by a signal while directories were read');
    }
  }

  async #follow({ path, link }: Visited): Promise<void> {
    const real = await realpath(path);
    if (!this.#follows(real)) {
      const isDirectory = (await stat(real)).isDirectory();
      return void this.#outside.push({ path, real, isDirectory });
    }
    await this.visit({ path, real, link: link ?? { path, target: real } });
  }

  async #read(directory: Visited): Promise<void> {
    for await (const entry of await opendir(directory.real)) {
      if (this.#signal?.aborted) return;
      if (this.#left === 0) return void (this.#exceeded = directory);
      this.#left -= 1;
      if (!this.#skip(entry.name)) this.#add(below(directory, entry.name), entry);
    }
    this.#directories.push(directory);
  }

  #add(one: Visited, entry: Dirent): void {
    if (entry.isSymbolicLink()) return void this.#links.push(one);
    if (this.#seen.has(one.real)) return;
    this.#seen.add(one.real);
    (entry.isDirectory() ? this.#waiting : this.#files).push(one);
  }
}

function below({ path, real, link }: Visited, name: string): Visited {
  return { path: join(path, name), real: join(real, name), ...(link && { link }) };
}

/** Why a walk ended at its limit, as text; `shown` formats paths. Undefined if it didn't. */
export function tooMuch({ exceeded }: Walked, shown = (path: string): string => path): string | undefined {
  if (!exceeded) return undefined;
  const { link, path, limit } = exceeded;
  const where = link
    ? `the link ${shown(link.path)} points to ${link.target}`
    : `reading stopped in ${shown(path)}`;
  return `more than ${limit} files and directories; ${where}`;
}
