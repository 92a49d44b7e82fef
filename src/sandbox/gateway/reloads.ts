// Reloads (C v0 §6.3, §6.5): one at a time, in two halves with the lost-update window between them.
import { type Memory } from '../../gateway/model/model.ts';
import type { SandboxClock } from './clock.ts';
import { type Disk, hashOf } from './disk.ts';
import type { Faults } from './faults.ts';
import { type Held, install, type LoadText } from './held.ts';
import { isFailure } from '../../yaml/failure.ts';
import type { Delays } from './states.ts';

export interface Reloads {
  /** The hook of a field write; a newer one replaces an older one. */
  afterWrite(): void;
  /** The hook of a v8 write: no later one replaces it (C v8 §4.1). */
  afterV8Write(): void;
  /** Called by the watcher. */
  afterChange(): void;
  /** A whole reload before it returns. */
  now(): void;
  busy(): boolean;
  stop(): void;
}

export interface ReloadOptions {
  readonly held: Held;
  readonly disk: Disk;
  readonly loadText: LoadText;
  readonly delays: Delays;
  readonly clock: SandboxClock;
  readonly faults: Faults;
}

export function reloadsOf({ held, disk, loadText, delays, clock, faults }: ReloadOptions): Reloads {
  let stopped = false;
  let waiting = 0;
  let generation = 0;
  let last: Promise<void> = Promise.resolve();
  const timers = timersOf(clock);

  /** The first half: what the file contains now, or undefined if there is nothing to do. */
  const read = (): Memory | undefined => {
    const text = disk.read();
    if (stopped || !text || hashOf(text) === held.loadedHash) return undefined;
    const loaded = loadText(faults.strikes('empty-read') ? '' : text);
    return isFailure(loaded) ? undefined : (loaded as Memory); // Not a failure.
  };
  const reload = async (): Promise<void> => {
    if (stopped || faults.active('reload-disabled')) return;
    const found = read();
    if (!found) return;
    const window = faults.active('lost-update') ? faults.number('lost-update', 400) : delays.reloadMs;
    await timers.sleep(window);
    if (!stopped) install(held, found, disk);
  };
  const enqueue = (work: () => Promise<void>): void => {
    waiting += 1;
    last = last.then(work).finally(() => {
      waiting -= 1;
    });
  };

  return {
    afterWrite: () => {
      generation += 1;
      const mine = generation;
      enqueue(async () => {
        await timers.sleep(delays.reloadStartMs);
        if (mine === generation) await reload();
      });
    },
    afterV8Write: () =>
      enqueue(async () => {
        await timers.sleep(delays.reloadStartMs);
        await reload();
      }),
    afterChange: () => enqueue(reload),
    now: () => {
      const found = read();
      if (found) install(held, found, disk);
    },
    busy: () => waiting > 0,
    stop: () => {
      stopped = true;
      timers.clear();
    },
  };
}

function timersOf(clock: SandboxClock): { sleep(ms: number): Promise<void>; clear(): void } {
  const cancels = new Set<() => void>();
  return {
    // Zero must not use a timer: a late timer would let the next write come first.
    sleep: async (ms) => {
      if (ms === 0) return;
      await new Promise<void>((wake) => {
        const cancel = clock.setTimer(ms, () => {
          cancels.delete(cancel);
          wake();
        });
        cancels.add(cancel);
      });
    },
    clear: () => {
      for (const cancel of cancels) cancel();
    },
  };
}
