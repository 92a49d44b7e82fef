// What runs next to the checks while the daemon runs: the git source, the HTTP server, notifications. Each one gets
// all reports, follows the settings, and calls the operations of the daemon.
import type { DaemonSettings } from '../../settings/settings.ts';
import type { DaemonOperations } from './daemon-operations.ts';
import type { Reporter } from './reporter.ts';

export interface Service extends AsyncDisposable {
  /** Gets everything from the beginning. Must not throw, and must not wait. */
  readonly reporter?: Partial<Reporter>;
  /**
   * Uses these settings from now on; called at the start, and when the settings were reloaded. Rejects with
   * HoldfastError if it can't. The previous settings then stay in effect; at the start, the daemon ends.
   */
  follow(settings: DaemonSettings): Promise<void>;
}

/** Created once, before the first check; the operations work from `follow` on. */
export type Services = (operations: DaemonOperations) => readonly Service[];
