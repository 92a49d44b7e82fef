// Paths in a declared tree: for people, and of references. Pure.
import type { Desired } from '../../domain/desired.ts';
import { entry, escapeToken, key, type Path, pointerTo, type Segment } from '../../domain/path.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';

/** Entries by their `name`, otherwise by position from 0: never by a key, an address or a value of a reference. */
export function displayPath(
  tree: Tree,
  steps: readonly string[],
  references: Pick<Desired['references'], 'has'> = new Map(),
): Path {
  const path: Segment[] = [];
  let value: Value | undefined = tree;
  for (const [depth, step] of steps.entries()) {
    const listed = isList(value);
    value = isList(value) ? value[Number(step)] : isTree(value) ? value[step] : undefined;
    const named = listed && !references.has(pointerTo([...steps.slice(0, depth + 1), 'name']));
    path.push(listed ? entry((named ? nameOf(value) : undefined) ?? step) : key(step));
  }
  return path;
}

function nameOf(value: Value | undefined): string | undefined {
  const name = isTree(value) ? value['name'] : undefined;
  return typeof name === 'string' && name !== '' ? name : undefined;
}

/** The value with the values of references replaced by `change` of the reference's text. */
export function atReferences(
  value: Value,
  references: ReadonlyMap<string, string>,
  change: (text: string) => Value,
  pointer = '',
): Value {
  if (isList(value)) return value.map((item, i) => atReferences(item, references, change, `${pointer}/${i}`));
  if (isTree(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        atReferences(member, references, change, `${pointer}/${escapeToken(name)}`),
      ]),
    );
  const text = references.get(pointer);
  return text === undefined ? value : change(text);
}
