// A sign of life that a daemon leaves in its state, so that whoever starts and watches processes needs no port for it.

export interface Heartbeat {
  /** ms since the epoch. */
  readonly at: number;
  readonly pid: number;
  /** What is wrong with it, in words; empty while it is healthy. */
  readonly problems: readonly string[];
  /** It was the last one: the daemon stopped because it was told to. */
  readonly ended?: boolean;
}

/** ms between two of them. */
export const HEARTBEAT_INTERVAL_MS = 30_000;
/** ms after which a daemon that left none is taken for dead. */
export const HEARTBEAT_VALID_MS = 90_000;
