// The gateway as functions: what it makes of a file, what it writes back, what it shows. The planner predicts with it,
// routes by it, and the sandbox behaves by it. Pure: no clock, no disk, no network.
//
// `Memory` is M of C v0: the complete configuration object in YAML spelling, hidden keys included, every default
// filled in as the gateway's loader does (C v0 §2.1.1), pointer and oe fields absent where the gateway has none.
import type { Tree } from '../../nouns/value.ts';

export type Memory = Tree;

/** Why the loader refuses a text: `decode` is the 400 of `PUT /config.yaml`, `validate` the 422 (C v0 §2.3, §2.4). */
export interface LoadFailure {
  readonly ok: false;
  readonly stage: 'decode' | 'validate';
  readonly message: string;
}

export interface LoadSuccess {
  readonly ok: true;
  readonly memory: Memory;
}

/** Why a field write answers 500: F unreadable, empty, or not a mapping (C v0 §6.2 step 1). */
export interface SaveFailure {
  readonly ok: false;
  readonly message: string;
}
