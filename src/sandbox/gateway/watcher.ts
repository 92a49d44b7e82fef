// The file watcher (C v0 §6.3, §6.4): it watches the file itself, not its name. It notices a write in place; moving
// a file over it or removing it ends the watch permanently. It compares an open descriptor at intervals, which works
// on every file system.
import { closeSync, fstatSync, openSync, readFileSync, statSync } from 'node:fs';
import type { SandboxClock } from './clock.ts';
import { hashOf } from './disk.ts';

export interface Watcher {
  alive(): boolean;
  /** Whether a change was noticed whose debounce hasn't ended. */
  pending(): boolean;
  /** Checks now; otherwise the next interval does. */
  look(): void;
  close(): void;
}

export interface WatcherOptions {
  readonly path: string;
  readonly clock: SandboxClock;
  readonly pollMs: number;
  readonly debounceMs: number;
  /** Called when the file hasn't changed for the debounce time. */
  readonly changed: () => void;
}

interface Mark {
  readonly inode: bigint;
  readonly links: bigint;
  readonly size: bigint;
  readonly modified: bigint;
  /** So new that another write of the same size could have the same time. */
  readonly fresh: boolean;
  readonly digest: string | undefined;
}

/** Longer than the time resolution of file systems. */
const FRESH_MS = 50;

export function watchFile({ path, clock, pollMs, debounceMs, changed }: WatcherOptions): Watcher {
  let descriptor = opened(path);
  let last = descriptor === undefined ? undefined : markOf(descriptor, path, false);
  let cancelDue: (() => void) | undefined;

  const end = (): void => {
    if (descriptor !== undefined) closeSync(descriptor);
    descriptor = undefined;
  };
  const look = (): void => {
    if (descriptor === undefined || !last) return;
    const now = markOf(descriptor, path, last.fresh);
    if (now.links === 0n || inodeAt(path) !== now.inode) return end();
    const same = isSame(last, now);
    last = now;
    if (same) return;
    cancelDue?.();
    cancelDue = clock.setTimer(debounceMs, () => {
      cancelDue = undefined;
      changed();
    });
  };
  const poll = (): void => {
    look();
    cancelPoll = clock.setTimer(pollMs, poll);
  };
  let cancelPoll = clock.setTimer(pollMs, poll);

  return {
    alive: () => descriptor !== undefined,
    pending: () => cancelDue !== undefined,
    look,
    close: () => {
      cancelPoll();
      cancelDue?.();
      cancelDue = undefined;
      end();
    },
  };
}

function opened(path: string): number | undefined {
  try {
    return openSync(path, 'r');
  } catch {
    return undefined; // Without a file, there is no watch.
  }
}

/** The digest is computed if the file is fresh, and if it was at the last check. */
function markOf(descriptor: number, path: string, wasFresh: boolean): Mark {
  const { ino, nlink, size, mtimeNs, mtimeMs } = fstatSync(descriptor, { bigint: true });
  const fresh = Date.now() - Number(mtimeMs) < FRESH_MS;
  const digest = fresh || wasFresh ? digestOf(path) : undefined;
  return { inode: ino, links: nlink, size, modified: mtimeNs, fresh, digest };
}

function digestOf(path: string): string | undefined {
  try {
    return hashOf(readFileSync(path, 'utf8'));
  } catch {
    return undefined; // Its removal or its mode is noticed by other code.
  }
}

const isSame = (before: Mark, now: Mark): boolean =>
  before.size === now.size &&
  before.modified === now.modified &&
  (!before.fresh || before.digest === now.digest);

const inodeAt = (path: string): bigint | undefined =>
  statSync(path, { bigint: true, throwIfNoEntry: false })?.ino;
