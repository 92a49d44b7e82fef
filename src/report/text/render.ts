// The merged desired state as YAML, each value followed by its origin. Separate from the other renderers because it
// needs a YAML printer.
import { Document, isCollection, isScalar, visit } from 'yaml';
import type { RedactedTree } from '../../domain/redacted.ts';

export interface Origins {
  readonly tree: RedactedTree;
  /** One for each scalar and each empty collection, in the order of the tree. */
  readonly values: readonly { readonly origin: string }[];
}

export function renderedText({ tree, values }: Origins): string {
  const document = new Document(tree);
  let at = 0;
  const mark = (node: { comment?: string | null }): void => {
    const origin = values[at]?.origin;
    at += 1;
    if (origin) node.comment = ` ${origin}`;
  };
  visit(document, {
    Node(key, node) {
      if (key === 'key') return;
      if (isScalar(node) || (isCollection(node) && node.items.length === 0)) mark(node);
    },
  });
  return document.toString({ lineWidth: 0 });
}
