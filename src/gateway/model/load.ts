// A file becomes memory: decode, validate, defaults, normalisation (C v0 §2.1.1, §2.3, §2.4, §4.2 column L).
import type { FileDocument } from '../../nouns/file.ts';
import type { Catalog } from '../catalog/field.ts';
import type { LoadFailure, LoadOptions, LoadSuccess } from './model.ts';

/** What the gateway holds after loading this file, or why it refuses. Null and empty documents load as all defaults. */
export declare function load(
  document: FileDocument,
  catalog: Catalog,
  options?: LoadOptions,
): LoadSuccess | LoadFailure;
