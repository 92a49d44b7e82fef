// Memory as `GET /config` shows it, and back (C v0 §2.1, §2.1.3).
import type { Tree } from '../../nouns/value.ts';
import type { Catalog } from '../catalog/field.ts';
import type { Memory } from './model.ts';

/**
 * The body of `GET /config`: hidden keys left out, durations in nanoseconds, JSON names. Undefined where the gateway's
 * encoder fails and it answers 200 with an empty body: NaN, infinities, mapping keys that are no strings.
 */
export declare function toJson(memory: Memory, catalog: Catalog): Tree | undefined;

/** An answer of `GET /config` in YAML spelling: nulls and decorations dropped, durations as Go text. Hidden keys are absent. */
export declare function fromJson(json: Tree, catalog: Catalog): Tree;
