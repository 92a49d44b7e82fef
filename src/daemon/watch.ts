// Watches files and directories, and says once, when things are quiet again, that something changed. Survives atomic
// saves (a new file moved over the old one), directories that go and come back, and those swapped by a symbolic link.
import { realpathSync } from 'node:fs';
import { dirname, join, sep } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

export interface Watch extends AsyncDisposable {
  /**
   * Replaces what is watched: absolute paths of files and directories, present or not. Resolves when they are watched;
   * until then the ones of before still are.
   */
  follow(paths: readonly string[]): Promise<void>;
}

/** ms without an event before `changed` is called. */
const QUIET_MS = 200;

export function createWatch(
  changed: () => void,
  failed: (error: unknown) => void,
  quietMs = QUIET_MS,
): Watch {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let followed = '';
  let ended = false;

  const later = (): void => {
    clearTimeout(timer);
    if (!ended) timer = setTimeout(changed, quietMs);
  };

  return {
    async follow(paths) {
      const wanted = withRealPaths(paths);
      if (ended || wanted.join('\0') === followed) return;
      followed = wanted.join('\0');
      const old = watcher;
      watcher = begin(wanted, later, failed);
      await Promise.race([ready(watcher), pause(READY_MS)]);
      await old?.close();
    },
    async [Symbol.asyncDispose]() {
      ended = true;
      clearTimeout(timer);
      await watcher?.close();
    },
  };
}

/** Below what is watched: state and version control change all the time without meaning anything. */
const UNINTERESTING = /[/\\](?:\.git|node_modules|\.holdfast)(?:[/\\]|$)/;

/** ms that a watcher is waited for. Where it takes longer, the schedule finds what it misses. */
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

/** The directory above is watched too, for this one entry: there a file that is replaced or comes back shows. */
function begin(paths: readonly string[], later: () => void, failed: (error: unknown) => void): FSWatcher {
  const above = new Set(paths.map((path) => dirname(path)));
  const isWanted = (path: string): boolean =>
    paths.some((wanted) => {
      if (path === wanted) return true;
      return path.startsWith(wanted + sep) && !UNINTERESTING.test(path.slice(wanted.length));
    });
  const ignored = (path: string): boolean => !above.has(path) && !isWanted(path);
  return (
    watch([...new Set([...paths, ...above])], { ignoreInitial: true, atomic: true, ignored })
      .on('all', later)
      // A link that leads elsewhere than before is no event of its own.
      .on('raw', (_event, name, details) => {
        const { watchedPath = '' } = details as { readonly watchedPath?: string }; // as chokidar documents it
        if (isWanted(join(watchedPath, name ?? ''))) later();
      })
      .on('error', once(failed))
  );
}

/** A system that is out of watches says so of each directory. */
function once(failed: (error: unknown) => void): (error: unknown) => void {
  let told = false;
  return (error) => {
    if (!told) failed(error);
    told = true;
  };
}

/** The paths, and where they lead. */
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
