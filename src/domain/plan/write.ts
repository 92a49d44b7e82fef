// One request to the gateway that makes changes: what it sends, what it may alter besides, and why this way.
import type { Redacted } from '../redacted.ts';
import type { Sealed } from '../secret.ts';
import type { Tree } from '../../lib/value.ts';

/**
 * Everything a write may legitimately alter besides its own paths (C v0 §4.4 N10): paths in the grammar, whole
 * subtrees. `defaults` are the keys the gateway's saver writes out; `secretHash` when it may re-hash the secret.
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
  /** For `PUT /config.yaml` the edits in words, one a line, never the file. */
  readonly body?: Redacted;
  /** Ids of the changes it makes. */
  readonly makes: readonly string[];
  readonly footprint: Footprint;
  /** Why this route: one sentence, naming the contract's section where a trap decided it. */
  readonly reason: string;
}

/** What memory and file must hold once a write has settled. */
export interface Prediction {
  /** Canonical memory (see `Live.memory`). */
  readonly memory: Sealed<Tree>;
  /** Content of the file. */
  readonly file: Sealed<Tree>;
}

/** A write ready to be sent; lives only in memory. */
export interface PreparedWrite {
  readonly write: Write;
  /**
   * The body from the raw file as it is right before sending; `PUT /config.yaml` splices it, other routes ignore it.
   * Throws a HoldfastError (`unsafe-edit`) when the file cannot be edited any more.
   */
  readonly body: (rawFile: Sealed<string>) => Sealed<string>;
  readonly contentType: string;
  readonly prediction: Prediction;
}
