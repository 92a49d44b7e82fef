// Values that know where they stand. What strict YAML is read into, what references and merging work on.
import { entry, key, type Path, type Segment } from '../nouns/path.ts';
import type { Position } from '../nouns/problem.ts';
import type { Scalar, Value } from '../nouns/value.ts';

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly position: Position;
  /** A plain, unquoted word in the file: `yes` may have been meant as a boolean. */
  readonly plain: boolean;
  /** The text in the file, where the value came from a reference or a decrypted file. */
  readonly reference?: string;
  /** What each reference brought, where the value is more than one of them. */
  readonly brought?: readonly string[];
  /** The reference could not be resolved and stands for itself. */
  readonly unresolved?: true;
}

export interface LocatedList {
  readonly kind: 'list';
  readonly items: readonly Located[];
  readonly position: Position;
}

export interface Member {
  /** Of the key. */
  readonly position: Position;
  readonly node: Located;
}

export interface LocatedMap {
  readonly kind: 'map';
  readonly members: ReadonlyMap<string, Member>;
  readonly position: Position;
}

/** Immutable; a part may be shared by several places (anchors). */
export type Located = LocatedScalar | LocatedList | LocatedMap;

/** The plain value. Mappings have no prototype to be polluted: keys are defined, not assigned. */
export function valueOf(node: Located): Value {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(valueOf);
  return Object.fromEntries([...node.members].map(([name, member]) => [name, valueOf(member.node)]));
}

/** The node at a place of keys and list indexes; undefined where there is none. */
export function nodeAt(root: Located, steps: readonly string[]): Located | undefined {
  let node: Located | undefined = root;
  for (const step of steps) {
    if (node?.kind === 'map') node = node.members.get(step)?.node;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/** The steps of an RFC 6901 pointer. */
export function stepsOf(pointer: string): string[] {
  if (pointer === '') return [];
  return pointer
    .slice(1)
    .split('/')
    .map((token) => token.replaceAll('~1', '/').replaceAll('~0', '~'));
}

/**
 * The path of a place for people: entries by their `name`, otherwise by position (from 0), so that it never shows a key
 * or an address.
 */
export function pathTo(root: Located, steps: readonly string[]): Path {
  const path: Segment[] = [];
  let node: Located | undefined = root;
  for (const step of steps) {
    if (node?.kind === 'list') {
      node = node.items[Number(step)];
      path.push(entry(nameOf(node) ?? step));
    } else {
      node = node?.kind === 'map' ? node.members.get(step)?.node : undefined;
      path.push(key(step));
    }
  }
  return path;
}

function nameOf(node: Located | undefined): string | undefined {
  const name = node?.kind === 'map' ? node.members.get('name')?.node : undefined;
  return name?.kind === 'scalar' && typeof name.value === 'string' && name.value !== ''
    ? name.value
    : undefined;
}
