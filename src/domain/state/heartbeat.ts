// A heartbeat that a daemon writes to its state, so that process supervisors don't need a port.

export interface Heartbeat {
  /** ms since the epoch. */
  readonly at: number;
  readonly pid: number;
  /** What is wrong with the daemon, as text; empty while it is healthy. */
  readonly problems: readonly string[];
  /** The last heartbeat: the daemon stopped on request. */
  readonly ended?: boolean;
}

/** ms between two heartbeats. */
export const HEARTBEAT_INTERVAL_MS = 30_000;
/** A daemon without a heartbeat for this many ms counts as dead. */
export const HEARTBEAT_VALID_MS = 90_000;
