// Where in a file a commented item is a key that was taken out: in and beside lists whose items are secrets or hold one.
import type { Catalog, Field } from '../catalog/field.ts';
import type { FileDocument, FileNode } from '../../domain/yaml-node.ts';

interface Leaf {
  readonly start: number;
  readonly holdsKeys: boolean;
}

/** Whether a comment at this offset stands behind or above something in such a list. */
export function secretListsIn({ root }: FileDocument, catalog: Catalog): (at: number) => boolean {
  const leaves: Leaf[] = [];
  if (root) collect(root, catalog.root, false, { catalog, leaves });
  return (at) => {
    const next = leaves.findIndex(({ start }) => start > at);
    const before = leaves.at(next < 0 ? -1 : next - 1);
    const isFirst = next === 0;
    return (!isFirst && before?.holdsKeys === true) || leaves[next]?.holdsKeys === true;
  };
}

interface Walk {
  readonly catalog: Catalog;
  readonly leaves: Leaf[];
}

/** `holdsKeys`: of the innermost list around the node. */
function collect(node: FileNode, field: Field | undefined, holdsKeys: boolean, walk: Walk): void {
  const { catalog, leaves } = walk;
  const own = field?.kind === 'list' ? isListOfKeys(field) : holdsKeys;
  if (node.kind === 'map' && node.pairs.length > 0)
    for (const { key, value } of node.pairs)
      collect(value, field && catalog.child(field, key.text), own, walk);
  else if (node.kind === 'list' && node.items.length > 0)
    for (const item of node.items) collect(item, field && catalog.child(field, '[]'), own, walk);
  else leaves.push({ start: node.range?.start ?? 0, holdsKeys: own });
}

function isListOfKeys({ item }: Field): boolean {
  if (item?.secret) return true;
  return [...(item?.fields?.values() ?? [])].some(({ secret }) => secret);
}
