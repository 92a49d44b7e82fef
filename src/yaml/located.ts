// Values with their positions: the result of strict YAML, and the input of references and merging.
import { entry, key, type Path, type Segment } from '../domain/path.ts';
import type { Position } from '../domain/problem/problem.ts';
import type { Scalar, Value } from '../lib/value.ts';

export interface LocatedScalar {
  readonly kind: 'scalar';
  readonly value: Scalar;
  readonly position: Position;
  /** A plain, unquoted word in the file: `yes` can be meant as a boolean. */
  readonly plain: boolean;
  /** The text in the file, if the value came from a reference or a decrypted file. */
  readonly reference?: string;
  /** The value of each reference that isn't public, if the whole value is more than one of them. */
  readonly brought?: readonly string[];
  /** All references in it can be shown with their values. */
  readonly public?: true;
  /** The reference couldn't be resolved; its text is the value. */
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

/** Immutable; several positions can share a part (anchors). */
export type Located = LocatedScalar | LocatedList | LocatedMap;

/** The plain value. Mappings have no prototype that could be polluted: keys are defined, not assigned. */
export function valueOf(node: Located): Value {
  if (node.kind === 'scalar') return node.value;
  if (node.kind === 'list') return node.items.map(valueOf);
  return Object.fromEntries([...node.members].map(([name, member]) => [name, valueOf(member.node)]));
}

/** Equal values in the same order at the same positions, from the same references. */
export function isSameLocated(a: Located, b: Located): boolean {
  if (a === b) return true;
  if (!isSamePosition(a.position, b.position)) return false;
  if (a.kind === 'scalar') return b.kind === 'scalar' && isSameScalar(a, b);
  if (a.kind === 'list')
    return (
      b.kind === 'list' &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => isSameLocated(item, b.items[i] as Located))
    );
  if (b.kind !== 'map' || a.members.size !== b.members.size) return false;
  const others = b.members.entries();
  for (const [name, { position, node }] of a.members) {
    const [otherName, other] = others.next().value as [string, Member]; // as many as in `a`
    if (name !== otherName || !isSamePosition(position, other.position)) return false;
    if (!isSameLocated(node, other.node)) return false;
  }
  return true;
}

function isSamePosition(a: Position, b: Position): boolean {
  return a === b || (a.line === b.line && a.column === b.column && a.file === b.file);
}

function isSameScalar(a: LocatedScalar, b: LocatedScalar): boolean {
  return (
    Object.is(a.value, b.value) &&
    a.plain === b.plain &&
    a.reference === b.reference &&
    a.unresolved === b.unresolved &&
    a.public === b.public &&
    a.brought?.length === b.brought?.length &&
    (a.brought ?? []).every((text, i) => text === b.brought?.[i])
  );
}

/** The node at a path of keys and list indexes; undefined if there is none. */
export function nodeAt(root: Located, steps: readonly string[]): Located | undefined {
  let node: Located | undefined = root;
  for (const step of steps) {
    if (node?.kind === 'map') node = node.members.get(step)?.node;
    else if (node?.kind === 'list') node = node.items[Number(step)];
    else return undefined;
  }
  return node;
}

/**
 * The path for people: entries by their `name`, otherwise by position (from 0), so that it never shows a key, an
 * address or a value of a reference.
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
  return name?.kind === 'scalar' && typeof name.value === 'string' && name.value !== '' && isSaid(name)
    ? name.value
    : undefined;
}

/** Set by the file itself: not by a reference, unless it is public or unresolved. */
function isSaid({ reference, public: open, unresolved }: LocatedScalar): boolean {
  return reference === undefined || open === true || unresolved === true;
}
