// Exclusive use of one target: everything that sends authenticated requests to a gateway goes through here, reads
// included, because overlapping requests lose each other (C v0 §10.3, §10.4).
import type { Lease, Store } from './store.ts';

export interface WithTargetOptions {
  readonly target: string;
  /** Who requests it, as text: `apply`, `drift check of the daemon`. */
  readonly owner: string;
  /** How long to wait for others, in ms. 5 s, which is longer than a read. */
  readonly waitMs?: number;
  /** Called before a wait for others who have it or had it. */
  readonly waiting?: (holder: string, waitMs: number) => void;
}

const WAIT_MS = 5000;

/** Runs `work` under the lock of the target. Rejects with HF6001 (exit 8) if another one keeps it longer. */
export async function withTarget<T>(
  store: Store,
  options: WithTargetOptions,
  work: (lease: Lease) => Promise<T>,
): Promise<T> {
  const { target, owner, waitMs = WAIT_MS, waiting } = options;
  const lease = await store.lock(target, owner, {
    waitMs,
    ...(waiting && { waiting: (holder, ms = waitMs) => waiting(holder, ms) }),
  });
  try {
    return await work(lease);
  } finally {
    await lease.release();
  }
}
