// What runs beside the looks for as long as the daemon does: the git source, the HTTP server, notifications. Each hears
// what happens, follows the settings, and asks the daemon for the operations that it needs.
import type { DaemonSettings } from '../../settings/settings.ts';
import type { DaemonOperations } from './daemon-operations.ts';
import type { Reporter } from './reporter.ts';

export interface Service extends AsyncDisposable {
  /** Hears everything from the beginning. Must not throw, and must not wait for anything. */
  readonly reporter?: Partial<Reporter>;
  /**
   * From now on by these settings; called at the start, and whenever the settings were read again. Rejects with
   * HoldfastError when it cannot; then those of before stay in force, and at the start the daemon ends.
   */
  follow(settings: DaemonSettings): Promise<void>;
}

/** Built once, before anything is looked at; the operations answer from `follow` on. */
export type Services = (operations: DaemonOperations) => readonly Service[];
