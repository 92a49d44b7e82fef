// The nodes of a tree as an interface, so that one translation works for plain values, values with positions and
// YAML with comments.
import { escapeToken } from '../../domain/path.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';

/** The operations that a translation needs on the nodes `N` of a tree. None changes its input. */
export interface NodeAdapter<N> {
  readonly shape: (node: N) => 'map' | 'list' | 'scalar';
  readonly isNull: (node: N) => boolean;
  /** Of a map, in order. */
  readonly members: (node: N) => readonly Member<N>[];
  /** Of a list. */
  readonly items: (node: N) => readonly N[];
  /** Replaces `like`. */
  readonly map: (members: readonly Member<N>[], like: N) => N;
  readonly list: (items: readonly N[], like: N) => N;
  /** A section that the other layout doesn't have; `first` is its first member. */
  readonly section: (members: readonly Member<N>[], first: N) => N;
  /** The opposite of a boolean; undefined for anything else. */
  readonly inverted: (node: N) => N | undefined;
  /** A copy, because the value is at several paths from now on. */
  readonly copy: (node: N) => N;
}

export type Member<N> = readonly [name: string, node: N];

/** A plain value with the position of its declaration. */
export type Traced =
  | { readonly kind: 'declared'; readonly value: Value; readonly pointer: string }
  | { readonly kind: 'made'; readonly value: Value; readonly pointer: string }
  | { readonly kind: 'map'; readonly members: readonly Member<Traced>[]; readonly pointer: string }
  | { readonly kind: 'list'; readonly items: readonly Traced[]; readonly pointer: string };

export function traced(tree: Tree): Traced {
  return { kind: 'declared', value: tree, pointer: '' };
}

export const TRACED: NodeAdapter<Traced> = {
  shape: (node) => {
    if (node.kind === 'map' || node.kind === 'list') return node.kind;
    return isTree(node.value) ? 'map' : isList(node.value) ? 'list' : 'scalar';
  },
  isNull: (node) => 'value' in node && node.value === null,
  members: (node) => {
    if (node.kind === 'map') return node.members;
    if (!('value' in node) || !isTree(node.value)) return [];
    return Object.entries(node.value).map(([name, value]) => [
      name,
      { kind: node.kind, value, pointer: `${node.pointer}/${escapeToken(name)}` },
    ]);
  },
  items: (node) => {
    if (node.kind === 'list') return node.items;
    if (!('value' in node) || !isList(node.value)) return [];
    return node.value.map((value, i) => ({ kind: node.kind, value, pointer: `${node.pointer}/${i}` }));
  },
  map: (members, { pointer }) => ({ kind: 'map', members, pointer }),
  list: (items, { pointer }) => ({ kind: 'list', items, pointer }),
  section: (members, { pointer }) => ({ kind: 'map', members, pointer }),
  inverted: (node) =>
    'value' in node && typeof node.value === 'boolean'
      ? { kind: 'made', value: !node.value, pointer: node.pointer }
      : undefined,
  copy: (node) => node,
};

/** The plain value. The positions of its parts go into `origins`, for the roots of what moved as a whole. */
export function untraced(node: Traced, at: string, origins: Map<string, string>): Value {
  origins.set(at, node.pointer);
  if (node.kind === 'list') return node.items.map((item, i) => untraced(item, `${at}/${i}`, origins));
  if (node.kind !== 'map') return node.value;
  return Object.fromEntries(
    node.members.map(([name, member]) => [name, untraced(member, `${at}/${escapeToken(name)}`, origins)]),
  );
}
