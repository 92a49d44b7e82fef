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

/** Runs `work` under the lock of the target. Rejects with HF6001 (exit 8) where another keeps it longer. */
export async function withTarget<T>(
  _store: Store,
  _options: WithTargetOptions,
  _work: (lease: Lease) => Promise<T>,
): Promise<T> {
  throw new Error('not built yet');
}
