// The file watcher (C v0 §6.3, §6.4): it watches the file itself, not its name. A write in place is noticed, a file
// moved over it or its removal ends the watch for good. It compares an open descriptor at intervals, which works on
// every file system.
import { closeSync, fstatSync, openSync, statSync } from 'node:fs';

export interface Watcher {
  alive(): boolean;
  /** Whether a change was seen whose debounce has not run out. */
  pending(): boolean;
  /** Looks now; without it the next interval does. */
  look(): void;
  close(): void;
}

export interface WatcherOptions {
  readonly path: string;
  readonly pollMs: number;
  readonly debounceMs: number;
  /** Called when the file has not changed for the debounce time. */
  readonly changed: () => void;
}

interface Mark {
  readonly inode: bigint;
  readonly links: bigint;
  readonly size: bigint;
  readonly modified: bigint;
}

export function watchFile({ path, pollMs, debounceMs, changed }: WatcherOptions): Watcher {
  let descriptor = opened(path);
  let seen = descriptor === undefined ? undefined : markOf(descriptor);
  let due: NodeJS.Timeout | undefined;

  const end = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const look = (): void => {
    if (descriptor === undefined || !seen) return;
    const now = markOf(descriptor);
    if (now.links === 0n || inodeAt(path) !== now.inode) return end();
    if (now.size === seen.size && now.modified === seen.modified) return;
    seen = now;
    clearTimeout(due);
    due = setTimeout(() => {
      due = undefined;
      changed();
    }, debounceMs);
  };
  const timer = setInterval(look, pollMs);
  timer.unref();

  return {
    alive: () => descriptor !== undefined,
    pending: () => due !== undefined,
    look,
    close: () => {
      clearInterval(timer);
      clearTimeout(due);
      due = undefined;
      end();
    },
  };
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined; // No file, no watch.
  }
}

function markOf(descriptor: number): Mark {
  const { ino, nlink, size, mtimeNs } = fstatSync(descriptor, { bigint: true });
  return { inode: ino, links: nlink, size, modified: mtimeNs };
}

const inodeAt = (path: string): bigint | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
