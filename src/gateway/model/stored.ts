// What `PUT /config.yaml` stores for a body, and the trap in it (C v0 §2.3).
import type { Catalog } from '../catalog/field.ts';
import type { LoadFailure, LoadOptions } from './model.ts';

/**
 * The text the gateway stores: comment lines lose their indentation, and a plaintext secret makes it re-encode the
 * file. The failure is the 400 or 422 of the request. Ask `bricks` first: where it holds, the answer is 500 and the
 * stored text does not parse.
 */
export declare function stored(body: string, catalog: Catalog, options?: LoadOptions): string | LoadFailure;

/**
 * Whether any write would destroy this file: a block scalar holds a line whose first character that is not a blank is
 * `#`, and the gateway takes the indentation off such lines. Undefined: no. Otherwise the 1-based line.
 */
export declare function bricks(text: string): number | undefined;
