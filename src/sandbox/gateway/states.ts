// Waiting times and inner states of the sandbox. Types only.
import type { Memory } from '../../gateway/model/model.ts';

export interface Delays {
  /** From the end of the last change of the file to the watcher's check of it (C v0 §6.3): 150. */
  readonly debounceMs: number;
  /** From the response to a field write until the reload reads the file: 1. */
  readonly reloadStartMs: number;
  /** From that read until the new memory is in place, the lost-update window (C v0 §6.5): 4. */
  readonly reloadMs: number;
  /** How often the watcher compares the file: 10. */
  readonly pollMs: number;
  /** Cost added to each request that is authenticated by the secret in the file (about 60 in reality): 0. */
  readonly bcryptMs: number;
}

/** The five states of design-v8 rule 3. They agree only when all reloads have finished. */
export interface SandboxStates {
  /** Undefined: there is no file. */
  readonly file: string | undefined;
  /** What the Management API shows. */
  readonly memory: Memory;
  /** What the proxy uses. */
  readonly runtime: Memory;
  /** SHA-256, hex, of the file text the last load ended with. */
  readonly loadedHash: string;
  readonly watcherAlive: boolean;
}
