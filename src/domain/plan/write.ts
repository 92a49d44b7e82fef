// One request that changes the gateway: what it sends, what else it can change, and the reason for this route.
import type { Redacted } from '../redacted.ts';
import type { Sealed } from '../secret.ts';
import type { Tree } from '../../lib/value.ts';

/**
 * Everything that a write may change besides its own paths (C v0 §4.4 N10): paths as text, whole subtrees.
 * `defaults` are the keys that the gateway's saver writes out; `secretHash` if it may re-hash the secret.
 */
export interface Footprint {
  readonly paths: readonly string[];
  readonly defaults: readonly string[];
  readonly secretHash: boolean;
}

/** Part of the plan: plain JSON, no secrets. */
export interface Write {
  /** `w1`, `w2`, … in sending order. */
  readonly id: string;
  readonly method: 'PUT' | 'PATCH' | 'DELETE';
  /** Below the server root, e.g. `/v0/management/debug`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** For `PUT /config.yaml`, the edits as text, one per line, never the file. */
  readonly body?: Redacted;
  /** Ids of the changes it makes. */
  readonly makes: readonly string[];
  readonly footprint: Footprint;
  /** Why this route: one sentence, with the contract's section if a trap decided it. */
  readonly reason: string;
}

/** What memory and file must contain after a write has settled. */
export interface Prediction {
  /** Canonical memory (see `Live.memory`). */
  readonly memory: Sealed<Tree>;
  /** Content of the file. */
  readonly file: Sealed<Tree>;
}

/** A write ready to be sent; exists only in memory. */
export interface PreparedWrite {
  readonly write: Write;
  /**
   * The body from the raw file as it is directly before sending; `PUT /config.yaml` splices it, other routes ignore
   * it. Throws a HoldfastError (`unsafe-edit`) if the file can't be edited any more.
   */
  readonly body: (rawFile: Sealed<string>) => Sealed<string>;
  readonly contentType: string;
  readonly prediction: Prediction;
}
