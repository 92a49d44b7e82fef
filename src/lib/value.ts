// Plain configuration values, as YAML and JSON carry them. Knows nothing of the gateway or of secrets.

export type Scalar = string | number | boolean | null;
export type Value = Scalar | readonly Value[] | Tree;
/** A mapping. Key order is kept where it was read, and means nothing in comparisons. */
export interface Tree {
  readonly [key: string]: Value;
}

export function isTree(value: Value | undefined): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

export function isList(value: Value | undefined): value is readonly Value[] {
  return Array.isArray(value);
}

/** The mapping; an empty one where there is none. */
export function treeOf(value: Value | undefined): Tree {
  return isTree(value) ? value : {};
}

/** The list; an empty one where there is none. */
export function listOf(value: Value | undefined): readonly Value[] {
  return isList(value) ? value : [];
}

/** What is reached by these steps: names of keys, indexes of lists. Undefined where they lead nowhere. */
export function valueAt(value: Value | undefined, steps: readonly (string | number)[]): Value | undefined {
  let at = value;
  for (const step of steps) {
    if (isList(at)) at = at[Number(step)];
    else at = isTree(at) && Object.hasOwn(at, step) ? at[step] : undefined;
  }
  return at;
}

/** The tree with another value at one place; undefined takes the key away. The root itself is never replaced. */
export function withValue(tree: Tree, names: readonly string[], value: Value | undefined): Tree {
  const [name, ...rest] = names;
  if (name === undefined) return tree;
  const next = rest.length === 0 ? value : withValue(treeOf(tree[name]), rest, value);
  if (next !== undefined) return { ...tree, [name]: next };
  const { [name]: _gone, ...others } = tree;
  return others;
}

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

/** Whether JavaScript has no such number: an integer beyond 2^53, infinite, or no number at all. */
export const isInexact = (value: Value): boolean =>
  typeof value === 'number' &&
  (!Number.isFinite(value) || (Number.isInteger(value) && !Number.isSafeInteger(value)));

/** Whether such a number stands somewhere in it. */
export function holdsInexact(value: Value | undefined): boolean {
  if (value === undefined) return false;
  if (isList(value)) return value.some(holdsInexact);
  return isTree(value) ? Object.values(value).some(holdsInexact) : isInexact(value);
}
