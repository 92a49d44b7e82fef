// The input of every part of a splice: the text, the parsed document, the file's style, and a way to descend into a
// node.
import type { FileDocument, FileNode, SourceRange } from '../../domain/yaml-node.ts';
import type { Patch } from './patch.ts';
import type { Style } from './render.ts';
import type { Replacement } from './text.ts';

/** What may be edited. `own`: nothing that an anchor shares. `shared`: that too, for callers that prove what comes of it. */
export type Reach = 'own' | 'shared';

export interface Splicing {
  readonly reach: Reach;
  /** Always ends with a line end. */
  readonly text: string;
  readonly document: FileDocument;
  readonly style: Style;
  /** The replacements for a patch inside a node that stays. */
  readonly inside: (context: Splicing, node: FileNode, patch: Patch) => Replacement[];
}

/** What `unsafeIn` checked before the first replacement. */
export function ensured<T>(found: T | undefined): T {
  if (found === undefined) throw new TypeError('a patch was spliced that the check refuses');
  return found;
}

export const rangeOf = (node: FileNode): SourceRange => ensured(node.range);
