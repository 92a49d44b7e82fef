// The unit of ownership: mappings are declared key by key, lists as a whole.
import { formatPath, key, type Segment } from '../domain/path.ts';
import { isTree, type Tree, type Value } from '../lib/value.ts';

/** The path of the smallest thing around a value that can be declared: lists are owned as a whole. */
export function ownablePath(content: Tree, steps: readonly string[]): string {
  const path: Segment[] = [];
  let value: Value | undefined = content;
  for (const step of steps) {
    if (!isTree(value)) break;
    path.push(key(step));
    value = value[step];
  }
  return formatPath(path);
}
