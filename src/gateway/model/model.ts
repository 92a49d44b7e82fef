// The gateway as functions: what it makes of a file, what it writes back, what it shows. The planner predicts with it,
// routes by it, and the sandbox behaves by it. Pure: no clock, no disk, no network.
//
// `Memory` is M of C v0 §2.1: the complete configuration object in YAML spelling, hidden keys included, every default
// filled in as the gateway's loader does (C v0 §2.1.1). Which keys it has follows from the catalog alone:
// - a key whose field has a `fallback` is always there; a struct without `pointer` is always there;
// - any other key (Go's omitempty) is there only while it is not the zero of its type, or, where `pointer` is true,
//   while it was given at all;
// - lists and maps that are always there are `null` while nothing was given, and `[]` or `{}` when they were given
//   empty: `GET /config` shows the difference, nothing else does (C v0 §2.1.1, §4.3);
// - keys stand in the catalog's order, those of maps as they came.
import type { Tree, Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';

export type Memory = Tree;

export interface LoadSuccess {
  readonly ok: true;
  readonly memory: Memory;
  /** The gateway hashed a plaintext secret and re-encoded the whole file with the hash in it (C v0 §1.4). */
  readonly rewritten: boolean;
}

export interface LoadOptions {
  /**
   * Hashes a plaintext `remote-management.secret-key`; throws if it can't (over 72 bytes: 422). The default is a
   * fixed placeholder that is recognised as a hash, so that predictions are reproducible.
   */
  readonly hash?: (plain: string) => string;
  /** The gateway's home directory. Without it, `~` in `auth-dir` and `plugins.dir` stays as written. */
  readonly home?: string;
}

/** How the gateway's JSON and YAML render a member: a null pointer is null unless it is omitted. */
export const shownOf = (field: Field, held: Value | undefined): Value | undefined =>
  held === undefined && field.pointer && !field.omitEmpty ? null : held;
