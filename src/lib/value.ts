// Plain configuration values, as YAML and JSON carry them. Knows nothing of the gateway or of secrets.

export type Scalar = string | number | boolean | null;
export type Value = Scalar | readonly Value[] | Tree;
/** A mapping. It keeps the key order of its source; comparisons ignore the order. */
export interface Tree {
  readonly [key: string]: Value;
}

export function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The mapping; an empty one for any other value. */
export function treeOf(value: Value | undefined): Tree {
  return isTree(value) ? value : {};
}

/** The list; an empty one for any other value. */
export function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

/** The value at these steps: names of keys, indexes of lists. Undefined if there is none. */
export function valueAt(value: Value | undefined, steps: readonly (string | number)[]): Value | undefined {
  let at = value;
  for (const step of steps) {
    if (isList(at)) at = at[Number(step)];
    else at = isTree(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

/** The tree with another value at one path; undefined removes the key. Never replaces the root itself. */
export function withValue(tree: Tree, names: readonly string[], value: Value | undefined): Tree {
  const [name, ...rest] = names;
  if (name === undefined) return tree;
  const next = rest.length === 0 ? value : withValue(treeOf(tree[name]), rest, value);
  if (next !== undefined) return { ...tree, [name]: next };
  const { [name]: _gone, ...others } = tree;
  return others;
}

/** The names of both mappings, those of the first one first. */
export const namesOfBoth = (a: Tree, b: Tree): ReadonlySet<string> =>
  new Set([...Object.keys(a), ...Object.keys(b)]);

/** Every text in the value, in its order; names of keys aren't values. */
export function* textsIn(value: Value | undefined): Generator<string> {
  if (typeof value === 'string') yield value;
  else if (isList(value)) for (const item of value) yield* textsIn(item);
  else if (isTree(value)) for (const member of Object.values(value)) yield* textsIn(member);
}

/** Whether two lists have the same items in the same order, by identity. */
export const sameItems = (a: readonly unknown[], b: readonly unknown[]): boolean =>
  a === b || (a.length === b.length && a.every((item, i) => item === b[i]));

/** Deep equality; mappings by content, lists by position. */
export function sameValue(a: Value | undefined, b: Value | undefined): boolean {
  if (a === b) return true;
  if (isList(a)) return isList(b) && a.length === b.length && a.every((item, i) => sameValue(item, b[i]));
  if (!isTree(a) || !isTree(b)) return false;
  const keys = Object.keys(a);
  return (
    keys.length === Object.keys(b).length &&
    keys.every((key) => Object.hasOwn(b, key) && sameValue(a[key], b[key]))
  );
}

/** Whether JavaScript can't represent the number: an integer beyond 2^53, infinite, or NaN. */
export const isInexact = (value: Value): boolean =>
  typeof value === 'number' &&
  (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)));

/** Whether the value contains such a number. */
export function holdsInexact(value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (isList(value)) return value.some(holdsInexact);
  return isTree(value) ? Object.values(value).some(holdsInexact) : isInexact(value);
}
