// A tree as its leaves: descends into mappings; everything else is a leaf as a whole. Lists are values here.
import { formatPath, key, type Path, ROOT } from './path.ts';
import { isTree, type Tree, type Value } from '../lib/value.ts';

/** Leaves by path text. An empty mapping isn't a leaf. */
export function leavesOf(tree: Tree): ReadonlyMap<string, Value> {
  const found = new Map<string, Value>();
  collect(tree, ROOT, found);
  return found;
}

function collect(tree: Tree, path: Path, found: Map<string, Value>): void {
  for (const [name, value] of Object.entries(tree)) {
    const at = [...path, key(name)];
    if (isTree(value)) collect(value, at, found);
    else found.set(formatPath(at), value);
  }
}
