// Exclusive use of one target, in one place: everything that sends authenticated requests to a gateway goes through
// here, reads too, because requests that overlap lose each other (C v0 §10.3, §10.4).
import type { Lease, Store } from './store.ts';

export interface WithTargetOptions {
  readonly target: string;
  /** Who wants it, in words: `apply`, `drift check of the daemon`. */
  readonly owner: string;
  /** ms to wait for others. 5 s, which outlasts a read. */
  readonly waitMs?: number;
}

const WAIT_MS = 5000;

/** Runs `work` under the lock of the target. Rejects with HF6001 (exit 8) where another keeps it longer. */
export async function withTarget<T>(
  store: Store,
  options: WithTargetOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const lease = await store.lock(options.target, options.owner, { waitMs: options.waitMs ?? WAIT_MS });
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}
