// Declared values with their positions, as the nodes of a translation between layouts.
import type { NodeAdapter } from '../../gateway/layout/node-adapter.ts';
import type { Position } from '../../domain/problem/problem.ts';
import type { Located, LocatedMap, Member } from '../../yaml/located.ts';

/** A value and the position of its key; an entry, a list and the whole file have their own position. */
export interface Placed {
  readonly node: Located;
  readonly position: Position;
}

export const LOCATED_ADAPTER: NodeAdapter<Placed> = {
  shape: ({ node }) => node.kind,
  isNull: ({ node }) => node.kind === 'scalar' && node.value === null,
  members: ({ node }) => (node.kind === 'map' ? [...node.members] : []),
  items: ({ node }) =>
    node.kind === 'list' ? node.items.map((item) => ({ node: item, position: item.position })) : [],
  map: (members, { node, position }) => ({ node: mapOf(members, node.position), position }),
  list: (items, { node, position }) => ({
    node: { kind: 'list', items: items.map((item) => item.node), position: node.position },
    position,
  }),
  section: (members, first) => ({ node: mapOf(members, first.position), position: first.position }),
  inverted: ({ node, position }) =>
    node.kind === 'scalar' && typeof node.value === 'boolean'
      ? { node: { ...node, value: !node.value }, position }
      : undefined,
  copy: (placed) => placed,
};

function mapOf(members: readonly (readonly [string, Member])[], position: Position): LocatedMap {
  return { kind: 'map', members: new Map(members), position };
}
