// Which nodes of the file a save leaves unchanged, determined without rendering memory: the node has the value of
// memory, and what it lacks is a default that the saver omits (C v0 §6.2 rules D, S, P). This avoids merging long
// unchanged lists entry by entry. If it isn't sure, it says no, and save.ts merges.
import type { FileNode, ListNode, MapNode, ScalarNode } from '../../domain/yaml-node.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import { isDefault, withoutDefaults } from './defaults.ts';
import { made } from './generate.ts';
import { isIdentifying } from './match.ts';
import { resolveText } from '../../yaml/resolve.ts';
import { trim } from './rules.ts';

/** Members that are written although they are zero. */
type Explicit = ReadonlySet<string>;

/** Whether the saver would merge `value` onto exactly this item of a list, and change nothing in it. */
export function keepsItem(
  node: FileNode,
  item: Field,
  value: Value,
  path: readonly string[],
  explicit: Explicit,
): boolean {
  if (item.kind === 'string') return keepsScalar(node, item, value) && trim(node.text) !== '';
  if (item.kind !== 'struct' || node.kind !== 'map' || !isTree(value)) return false;
  return keepsStruct(node, item, value, path, explicit) && isFoundByName(node, value);
}

function keeps(
  node: FileNode,
  field: Field,
  value: Value,
  path: readonly string[],
  explicit: Explicit,
): boolean {
  if (field.kind === 'list') return node.kind === 'list' && keepsList(node, field, value, path, explicit);
  if (field.kind === 'struct')
    return node.kind === 'map' && isTree(value) && keepsStruct(node, field, value, path, explicit);
  if (field.kind === 'map') return node.kind === 'map' && isTree(value) && keepsMap(node, field, value);
  return field.kind !== 'any' && keepsScalar(node, field, value);
}

function keepsList(
  node: ListNode,
  { item }: Field,
  value: Value,
  path: readonly string[],
  explicit: Explicit,
): boolean {
  if (!item || !isList(value) || node.tag !== undefined || node.items.length !== value.length) return false;
  return node.items.every((each, i) => keepsItem(each, item, value[i] ?? null, path, explicit));
}

/** An empty mapping is printed again, which can break the file: see `brokenBySave`. */
const isPlainMap = (node: MapNode): boolean => node.tag === undefined && node.pairs.length > 0;

function keepsStruct(
  node: MapNode,
  field: Field,
  value: Tree,
  path: readonly string[],
  explicit: Explicit,
): boolean {
  if (!isPlainMap(node)) return false;
  const named = new Set<string>();
  for (const { key, value: member } of node.pairs) {
    const inner = field.fields?.get(key.text);
    const held = value[key.text];
    if (!inner || held === undefined || named.has(key.text)) return false;
    named.add(key.text);
    if (!keeps(member, inner, held, [...path, key.text], explicit)) return false;
  }
  return Object.keys(value).every(
    (name) => named.has(name) || staysOut(field, name, value[name] ?? null, path, explicit),
  );
}

/** Texts by name, as headers are: the merge decides about what only one of the two has. */
function keepsMap(node: MapNode, { value: inner }: Field, value: Tree): boolean {
  if (!isPlainMap(node) || inner?.kind !== 'string' || node.pairs.length !== Object.keys(value).length)
    return false;
  const named = new Set(node.pairs.map(({ key }) => key.text));
  return (
    named.size === node.pairs.length &&
    node.pairs.every(
      ({ key, value: member }) =>
        Object.hasOwn(value, key.text) && keepsScalar(member, inner, value[key.text] ?? null),
    )
  );
}

function keepsScalar(node: FileNode, field: Field, value: Value): node is ScalarNode {
  if (node.kind !== 'scalar' || node.tag !== undefined) return false;
  if (typeof value === 'boolean') return node.text === String(value);
  if (typeof value === 'number') return Number.isSafeInteger(value) && node.text === String(value);
  if (typeof value !== 'string' || node.text !== value) return false;
  const isText = field.kind === 'string' || field.kind === 'duration';
  return isText && (node.style !== 'plain' || resolveText(value).type === 'str');
}

/** Whether a member that the file doesn't have stays out of it. */
function staysOut(
  field: Field,
  name: string,
  value: Value,
  path: readonly string[],
  explicit: Explicit,
): boolean {
  if (isIdentifying(name)) return value === '' || value === null;
  const inner = field.fields?.get(name);
  if (!inner) return false;
  if (value === null || value === '' || (isList(value) && value.length === 0)) return true;
  const place = [...path, name];
  return isDefault(place, withoutDefaults(place, made(inner, value), explicit), explicit);
}

/** By a name that the rendered entry has too; entries matched by their first text depend on the order of keys. */
function isFoundByName(node: MapNode, value: Tree): boolean {
  return node.pairs.some(
    ({ key, value: member }) =>
      isIdentifying(key.text) &&
      member.kind === 'scalar' &&
      trim(member.text) !== '' &&
      Object.hasOwn(value, key.text),
  );
}
