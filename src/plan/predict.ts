// What the gateway will show and store after a write, by the model. Decides nothing.
import type { Catalog } from '../gateway/catalog/field.ts';
import type { Tree } from '../nouns/value.ts';

/**
 * The one picture of a gateway that differences and guards look at: the memory view, completed with what the JSON hides
 * (`visible: yaml`) from the content of the file. Keys of the file that the catalog does not know are kept where the
 * memory view has no say: at the top level and in plain mappings, never inside list entries.
 */
export declare function imageOf(memoryView: Tree, fileContent: Tree, catalog: Catalog): Tree;
