// What a valid merged tree declares: its values, and where each of them was declared.
import type { Desired } from '../domain/desired.ts';
import { escapeToken } from '../domain/path.ts';
import type { Position } from '../domain/problem/problem.ts';
import { seal } from '../domain/secret.ts';
import type { Target } from '../domain/target.ts';
import type { Catalog } from '../gateway/catalog/field.ts';
import type { Tree } from '../lib/value.ts';
import { type Located, type LocatedMap, valueOf } from '../yaml/located.ts';
import { digestOf } from './read/revision.ts';
import { secretTexts } from './read/secret-locations.ts';

export type Declared = Pick<Desired, 'tree' | 'positions' | 'references' | 'publicReferences' | 'secrets'> & {
  readonly digest: string;
};

export function declaredBy(
  root: LocatedMap,
  catalog: Catalog,
  { digestKey }: Pick<Target, 'digestKey'>,
): Declared {
  const tree = valueOf(root) as Tree;
  const indexes: Indexes = {
    positions: new Map(),
    references: new Map(),
    parts: new Map(),
    publicReferences: new Set(),
  };
  index(root, root.position, '', indexes);
  const { positions, references, publicReferences } = indexes;
  return {
    tree: seal(tree),
    positions,
    references,
    publicReferences,
    secrets: seal(secretTexts(tree, indexes, catalog)),
    digest: digestOf(tree, digestKey),
  };
}

interface Indexes {
  readonly positions: Map<string, Position>;
  readonly references: Map<string, string>;
  /** Of texts that consist of more than one reference. */
  readonly parts: Map<string, readonly string[]>;
  readonly publicReferences: Set<string>;
}

/** Scalars and entries have their own position, collections that of their key. */
function index(node: Located, position: Position, pointer: string, indexes: Indexes): void {
  const { positions, references, parts, publicReferences } = indexes;
  positions.set(pointer, node.kind === 'scalar' ? node.position : position);
  if (node.kind === 'scalar') {
    if (node.reference !== undefined) references.set(pointer, node.reference);
    if (node.brought) parts.set(pointer, node.brought);
    if (node.reference !== undefined && node.public) publicReferences.add(node.reference);
  } else if (node.kind === 'list') {
    node.items.forEach((item, i) => index(item, item.position, `${pointer}/${i}`, indexes));
  } else {
    for (const [name, member] of node.members)
      index(member.node, member.position, `${pointer}/${escapeToken(name)}`, indexes);
  }
}
