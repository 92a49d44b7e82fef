// Memory as `GET /config` shows it, and back (C v0 §2.1, §2.1.3).
import { formatGoDuration, parseGoDuration } from '../../lib/go-duration.ts';
import { memo } from '../../lib/memo.ts';
import { isList, isTree, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Catalog, Field } from '../catalog/field.ts';
import { complete } from './load.ts';
import { type Memory, shownOf } from './model.ts';
import { NON_STRING_KEY } from '../../yaml/failure.ts';

/**
 * The body of `GET /config`: hidden keys omitted, durations in nanoseconds, JSON names. Undefined if the gateway's
 * encoder fails and it responds with 200 and an empty body: NaN, infinities, mapping keys that aren't strings.
 */
export function toJson(memory: Memory, catalog: Catalog): Tree | undefined {
  try {
    return structToJson(catalog.root, memory);
  } catch (thrown) {
    if (thrown instanceof Unencodable) return undefined;
    throw thrown;
  }
}

class Unencodable extends Error {}

function structToJson(field: Field, value: Tree): Tree {
  const made: Record<string, Value> = {};
  for (const [name, member] of field.fields ?? []) {
    const held = shownOf(member, value[name]);
    if (held === undefined || member.visible !== 'json') continue;
    const shown = valueToJson(member, held);
    // A priority whose integer part is zero is omitted like zero.
    if (member.kind === 'integer' && member.omitEmpty && !member.pointer && shown === 0) continue;
    made[member.jsonName] = shown;
  }
  return made;
}

function valueToJson(field: Field, value: Value): Value {
  switch (field.kind) {
    case 'struct':
      return isTree(value) ? structToJson(field, value) : value;
    case 'list':
      return isList(value) && field.item ? itemsToJson(field.item, value) : value;
    case 'map':
      return isTree(value) && field.value ? mapToJson(field.value, value) : value;
    case 'duration':
      return typeof value === 'string' ? (parseGoDuration(value) ?? value) : value;
    case 'integer':
      return encodable(typeof value === 'number' ? Math.trunc(value) + 0 : value);
    case 'any':
      return field.fields ? knownToJson(field, value) : encodable(value);
    default:
      return encodable(value);
  }
}

function itemsToJson(item: Field, list: readonly Value[]): readonly Value[] {
  return list.map((each) => valueToJson(item, each));
}

function mapToJson(inner: Field, map: Tree): Tree {
  return Object.fromEntries(Object.keys(map).map((name) => [name, valueToJson(inner, map[name] ?? null)]));
}

/**
 * Of free-form settings (a plugin's), the gateway shows only the members it knows, and all of them unless the
 * settings are empty.
 */
function knownToJson(field: Field, value: Value): Tree {
  if (value === null) return {};
  return structToJson(field, complete(field, treeOf(value)));
}

/** Whether the gateway's JSON can express a value. */
export function isEncodable(value: Value): boolean {
  try {
    encodable(value);
    return true;
  } catch (thrown) {
    if (thrown instanceof Unencodable) return false;
    throw thrown;
  }
}

function encodable(value: Value): Value {
  if (typeof value === 'number' && !Number.isFinite(value)) throw new Unencodable();
  if (isList(value)) value.forEach(encodable);
  else if (isTree(value)) {
    for (const [name, member] of Object.entries(value)) {
      if (name.startsWith(NON_STRING_KEY)) throw new Unencodable();
      encodable(member);
    }
  }
  return value;
}

/**
 * A response of `GET /config` in YAML spelling: nulls and decorations dropped, durations as Go text. Hidden keys are
 * absent.
 */
export function fromJson(json: Tree, catalog: Catalog): Tree {
  return structFromJson(catalog.root, json);
}

/** Keys that are unknown here belong to a newer gateway; they are kept, so that they don't look absent. */
function structFromJson(field: Field, json: Tree): Tree {
  const names = namesOf(field);
  const made: Record<string, Value> = {};
  for (const [jsonName, value] of Object.entries(json)) {
    if (value === null || DECORATIONS.has(jsonName)) continue;
    const name = names.get(jsonName) ?? jsonName;
    const member = field.fields?.get(name);
    made[name] = member ? valueFromJson(member, value) : value;
  }
  return made;
}

/** IDs that the gateway adds to entries in its responses (C v0 §3.3). */
const DECORATIONS: ReadonlySet<string> = new Set(['auth-index']);

function valueFromJson(field: Field, value: Value): Value {
  switch (field.kind) {
    case 'struct':
      return isTree(value) ? structFromJson(field, value) : value;
    case 'list':
      return isList(value) && field.item ? itemsFromJson(field.item, value) : value;
    case 'map':
      return isTree(value) && field.value ? mapFromJson(field.value, value) : value;
    case 'duration':
      return typeof value === 'number' ? formatGoDuration(value) : value;
    default:
      return value;
  }
}

function itemsFromJson(item: Field, list: readonly Value[]): readonly Value[] {
  return item.kind === 'string' ? list : list.map((each) => valueFromJson(item, each));
}

function mapFromJson(inner: Field, map: Tree): Tree {
  const kept = Object.entries(map).filter(([, value]) => value !== null || inner.kind === 'any');
  return Object.fromEntries(kept.map(([name, value]) => [name, valueFromJson(inner, value)]));
}

const namesOf = memo(
  (field: Field): ReadonlyMap<string, string> =>
    new Map([...(field.fields ?? [])].map(([name, member]) => [member.jsonName, name])),
);

/** Memory as `GET /config` shows it, in YAML spelling; memory itself if that response would be empty. */
export function viewOf(memory: Memory, catalog: Catalog): Tree {
  const json = toJson(memory, catalog);
  return json ? fromJson(json, catalog) : memory;
}
