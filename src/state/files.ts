// The Store in a directory: a directory a target, one JSON file a record, everything atomic, 0600 and synced to disk.
import type { Clock } from '../nouns/clock.ts';
import type { Store } from './store.ts';

export interface FileStoreOptions {
  /** Made where it is missing, unless its parent is missing too. */
  readonly dir: string;
  readonly clock: Clock;
  /** ms after which the lock of a holder that gives no sign expires. 60 s, at least 2 s. */
  readonly leaseMs?: number;
  /** Backups kept besides the pinned ones. 30 of distinct content, none older than 90 days. */
  readonly keep?: { readonly distinct: number; readonly ms: number };
}

/** Rejects with HF6003 where the directory cannot be used, HF6008 where a newer version wrote it. */
export async function openFileStore(_options: FileStoreOptions): Promise<Store> {
  throw new Error('not built yet');
}
