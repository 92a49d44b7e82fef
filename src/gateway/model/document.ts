// Text to nodes and back. Knows YAML's grammar and how the gateway's YAML library attaches comments and prints;
// knows nothing of the catalog: what a scalar means is decided in decode.ts.
import type { FileDocument, FileNode } from '../../nouns/file.ts';
import type { LoadFailure } from './model.ts';

/**
 * Parses the first document of a text, as the gateway does (C v0 §2.3): scalars keep text and style, comments hang
 * where the gateway's library hangs them, ranges are exact. Refuses syntax errors, unknown anchors and control
 * characters. A root that is no mapping and duplicate keys are refused by `load`: the saver accepts the latter.
 */
export declare function parseDocument(text: string): FileDocument | LoadFailure;

/** Block style, 2-space indent, empty lists `[]`, comment lines left-aligned (C v0 §6.2 step 5). */
export declare function printDocument(root: FileNode): string;
