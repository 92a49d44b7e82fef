// Watches files and directories, and says once, when things are quiet again, that something changed. Survives atomic
// saves (a new file moved over the old one) and directories that are swapped by a symbolic link.
import { realpathSync } from 'node:fs';
import { dirname } from 'node:path';
import { type FSWatcher, watch } from 'chokidar';

export interface Watch extends AsyncDisposable {
  /** Replaces what is watched: absolute paths of files and directories, present or not. */
  follow(paths: readonly string[]): void;
}

/** ms without an event before `changed` is called. */
const QUIET_MS = 200;

export function createWatch(changed: () => void, failed: (error: unknown) => void): Watch {
  let timer: NodeJS.Timeout | undefined;
  let watcher: FSWatcher | undefined;
  let followed = '';

  const later = (): void => {
    clearTimeout(timer);
    timer = setTimeout(changed, QUIET_MS);
  };

  return {
    follow(paths) {
      const wanted = withTargets(paths);
      if (wanted.join('\0') === followed) return;
      followed = wanted.join('\0');
      void watcher?.close();
      watcher = watch([...wanted], { ignoreInitial: true, atomic: true, ignored: isUninteresting })
        .on('all', later)
        .on('error', failed);
    },
    async [Symbol.asyncDispose]() {
      clearTimeout(timer);
      await watcher?.close();
    },
  };
}

/**
 * The paths, where they lead, and the directories that hold them: a link that is swapped, or a file that is replaced or
 * comes back, shows in the directory above.
 */
function withTargets(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => [path, ...realPath(path)]))].toSorted();
}

function realPath(path: string): string[] {
  try {
    const real = realpathSync(path);
    return real === path ? [] : [real, dirname(path)];
  } catch {
    return [dirname(path)];
  }
}

function isUninteresting(path: string): boolean {
  return /(?:^|[/\\])(?:\.git|node_modules|\.holdfast)(?:[/\\]|$)/.test(path);
}
