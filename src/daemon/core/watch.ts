// Watches files and directories, and reports changes once, after a pause without events. Where there is no such pause,
// because something writes all the time, they are reported nevertheless. Handles atomic saves (a new file moved over the
// old one), directories that disappear and return, and directories that are swapped by a symbolic link.
import { realpathSync, type Stats } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';
import { walk, type Walked } from '../../input/walk.ts';

/** Absolute paths, existing or not. */
export interface Watchable {
  /** Files, and directories of which only existence counts. */
  readonly paths: readonly string[];
  /** Files, and directories with everything below them. */
  readonly trees: readonly string[];
}

export interface Watch extends AsyncDisposable {
  /** Replaces what is watched. Resolves when it is watched; until then, the previous paths are. */
  follow(watchable: Watchable): Promise<void>;
}

/** Calls `act` after a pause; the result cancels that. */
export type Wait = (act: () => void) => () => void;

/** How long changes wait to be reported together. */
export interface Waits {
  /** From the last event. */
  readonly quiet: Wait;
  /** From the first event. */
  readonly longest: Wait;
}

const QUIET_MS = 200;
const LONGEST_MS = 5000;

export const waitFor =
  (ms: number): Wait =>
  (act) => {
    const timer = setTimeout(act, ms);
    return () => clearTimeout(timer);
  };

export function createWatch(
  changed: () => void,
  failed: (error: unknown) => void,
  { quiet = waitFor(QUIET_MS), longest = waitFor(LONGEST_MS) }: Partial<Waits> = {},
): Watch {
  const end = new AbortController();
  const ended = new Promise<void>((resolve) => {
    end.signal.addEventListener('abort', () => resolve(), { once: true });
  });
  /** Cancels the two waits of the changes that aren't reported yet. */
  let waiting: Record<keyof Waits, () => void> | undefined;
  let watcher: FSWatcher | undefined;
  let followed: Followed | undefined;
  let turn: Promise<void> = Promise.resolve();
  /** What waits for its turn: later calls replace it. */
  let next: { watchable: Watchable } | undefined;

  const settle = (): void => {
    waiting?.quiet();
    waiting?.longest();
    waiting = undefined;
  };
  const report = (): void => {
    settle();
    changed();
  };
  const later = (): void => {
    if (end.signal.aborted) return;
    waiting?.quiet();
    waiting = { quiet: quiet(report), longest: waiting?.longest ?? longest(report) };
  };
  const follow = async (watchable: Watchable): Promise<void> => {
    const found = await followedOf(watchable, end.signal);
    if (end.signal.aborted || isSame(found, followed)) return;
    const [before, old] = [followed, watcher];
    followed = found;
    watcher = begin(found, later, failed);
    await Promise.race([ready(watcher), pause(READY_MS), ended]);
    await old?.close();
    // Files written into a new directory before it was watched caused no event.
    if (before && hasGrown(before, found)) later();
  };

  return {
    follow(watchable) {
      if (next) {
        next.watchable = watchable;
        return turn;
      }
      const own = (next = { watchable });
      turn = turn
        .then(() => {
          next = undefined;
          return follow(own.watchable);
        })
        .catch(failed);
      return turn;
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      settle();
      await turn;
      await watcher?.close();
    },
  };
}

/** What is watched, also by real paths. */
interface Followed {
  /** Only the paths themselves. */
  readonly paths: ReadonlySet<string>;
  /** The paths, and their direct children; by the tree that contains them. */
  readonly directories: ReadonlyMap<string, string>;
}

async function followedOf({ paths, trees }: Watchable, signal: AbortSignal): Promise<Followed> {
  const single = new Set(withRealPaths([...new Set([...paths, ...trees])]));
  const directories = new Map<string, string>();
  for (const tree of new Set(trees)) {
    const { directories: found, files, exceeded } = await contentOf(tree, signal);
    // The reader reports a tree that is too large. What its links lead to isn't watched.
    for (const { real, link } of found) if (!exceeded || !link) directories.set(real, tree);
    for (const { real, link } of files) if (!exceeded && link) single.add(real);
  }
  return { paths: single, directories };
}

/** Nothing for a directory that can't be read: its parent reports when that changes. */
async function contentOf(
  tree: string,
  signal: AbortSignal,
): Promise<Pick<Walked, 'directories' | 'files' | 'exceeded'>> {
  return walk(tree, { signal, skip: (name) => UNINTERESTING.has(name) }).catch(() => ({
    directories: [],
    files: [],
  }));
}

function isSame(a: Followed, b: Followed | undefined): boolean {
  const isEqual = (some: Iterable<string>, others: Iterable<string> = []): boolean =>
    [...some].toSorted().join('\0') === [...others].toSorted().join('\0');
  return isEqual(a.paths, b?.paths) && isEqual(a.directories.keys(), b?.directories.keys());
}

/** Whether a watched tree has a new directory. */
function hasGrown(before: Followed, now: Followed): boolean {
  const trees = new Set(before.directories.values());
  return [...now.directories].some(([path, tree]) => trees.has(tree) && !before.directories.has(path));
}

/** Below the watched paths: state and version control change all the time without relevance. */
const UNINTERESTING: ReadonlySet<string> = new Set(['.git', 'node_modules', '.holdfast']);

/** How long to wait for a watcher, in ms. If it takes longer, the schedule finds what it misses. */
const READY_MS = 5000;

const pause = (ms: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });

function ready(watcher: FSWatcher): Promise<void> {
  return new Promise((resolve) => {
    watcher.once('ready', () => resolve());
  });
}

/**
 * The parent directory is watched too, for this one entry: it shows a file that is replaced or comes back. Links
 * aren't followed here, because their targets are already among the paths.
 */
function begin(
  { paths, directories }: Followed,
  later: () => void,
  failed: (error: unknown) => void,
): FSWatcher {
  const watched = new Set([...paths, ...directories.keys()]);
  const above = new Set([...watched].map((path) => dirname(path)));
  const isWanted = (path: string): boolean =>
    watched.has(path) || (directories.has(dirname(path)) && !UNINTERESTING.has(basename(path)));
  const ignored = (path: string, stats?: Stats): boolean =>
    stats?.isSymbolicLink() === true || (!above.has(path) && !isWanted(path));
  return (
    watch([...new Set([...watched, ...above])], {
      ignoreInitial: true,
      atomic: true,
      followSymlinks: false,
      ignored,
    })
      .on('all', later)
      // A link that appears, disappears or changes its target causes no event of its own.
      .on('raw', (_event, name, details) => {
        const { watchedPath = '' } = details as { readonly watchedPath?: string }; // as chokidar documents it
        if (isWanted(join(watchedPath, name ?? ''))) later();
      })
      .on('error', once(failed))
  );
}

/** A system without free watches reports that for each directory. */
function once(failed: (error: unknown) => void): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (!told) failed(error);
    told = true;
  };
}

/** The paths, and the targets of links. */
function withRealPaths(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => [path, ...realPath(path)]))].toSorted();
}

function realPath(path: string): string[] {
  try {
    return [realpathSync(path)];
  } catch {
    return [];
  }
}
