// Memory merged into the file, as every field write does it (C v0 §6.2).
import type { FileDocument } from '../../nouns/file.ts';
import type { Catalog } from '../catalog/field.ts';
import type { Memory, SaveFailure } from './model.ts';

/** The file after a field write. Its `text` is printed when it is first asked for. */
export declare function save(
  document: FileDocument,
  memory: Memory,
  catalog: Catalog,
): FileDocument | SaveFailure;
