// Nodes to values by the catalog's types, as leniently as the gateway's decoder (C v0 §2.3).
import type { FileDocument } from '../../nouns/file.ts';
import type { Tree } from '../../nouns/value.ts';
import type { Catalog } from '../catalog/field.ts';

/**
 * The content of a file: decoded by type, aliases and merges resolved, unknown keys kept, nothing normalised, no
 * defaults. Keys the decoder would refuse keep their text. An empty document has no content.
 */
export declare function contentOf(document: FileDocument, catalog: Catalog): Tree;
