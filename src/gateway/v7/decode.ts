// Decodes JSON bodies into configuration values, by the types of the catalog and the rules of the gateway's decoder
// (C v0 §3.0). Knows no endpoint.
import { isTree, type Tree, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { JsonNode } from './json-text.ts';

/** `ok: false` if a value has the wrong type; the response doesn't depend on which one. */
export type Decoded<T> = { readonly ok: true; readonly value: T } | { readonly ok: false };

class Mismatch extends Error {}

const INT64 = { min: -(2n ** 63n), max: 2n ** 63n - 1n };

/** The members of an object. Keys match case-insensitively; the last duplicate counts. Undefined: not an object. */
export function membersOf(
  node: JsonNode,
  names: readonly string[],
): ReadonlyMap<string, JsonNode> | undefined {
  if (node.kind === 'null') return new Map();
  if (node.kind !== 'object') return undefined;
  const known = new Map(names.map((name) => [fold(name), name]));
  const found = new Map<string, JsonNode>();
  for (const [key, value] of node.members) {
    const name = names.includes(key) ? key : known.get(fold(key));
    if (name !== undefined) found.set(name, merged(found.get(name), value));
  }
  return found;
}

/** Go compares keys by simple case folding; these two letters fold onto ASCII. */
const fold = (key: string): string => key.toLowerCase().replaceAll('\u017f', 's').replaceAll('\u212a', 'k');

/** An object that occurs twice is decoded into the same value: members of the first that the second lacks stay. */
function merged(earlier: JsonNode | undefined, later: JsonNode): JsonNode {
  if (earlier?.kind !== 'object' || later.kind !== 'object') return later;
  return { kind: 'object', members: [...earlier.members, ...later.members] };
}

export function decodeString(node: JsonNode | undefined): Decoded<string | undefined> {
  return attempt(() => (node === undefined || node.kind === 'null' ? undefined : textOf(node)));
}

export function decodeInteger(node: JsonNode | undefined): Decoded<number | undefined> {
  return attempt(() => (node === undefined || node.kind === 'null' ? undefined : integerOf(node)));
}

export function decodeBoolean(node: JsonNode | undefined): Decoded<boolean | undefined> {
  return attempt(() => (node === undefined || node.kind === 'null' ? undefined : booleanOf(node)));
}

/** A complete value of the field's type: fields that the gateway always has are filled in. `null` gives null. */
export function decodeField(field: Field, node: JsonNode): Decoded<Value> {
  return attempt(() => valueOf(field, node) ?? null);
}

function attempt<T>(read: () => T): Decoded<T> {
  try {
    return { ok: true, value: read() };
  } catch (error) {
    if (error instanceof Mismatch) return { ok: false };
    throw error;
  }
}

/** Undefined: the JSON null, which leaves the type's zero. */
function valueOf(field: Field, node: JsonNode): Value | undefined {
  if (node.kind === 'null') return undefined;
  switch (field.kind) {
    case 'string':
    case 'duration':
      return textOf(node);
    case 'integer':
      return integerOf(node);
    case 'number':
      return numberOf(node);
    case 'boolean':
      return booleanOf(node);
    case 'list':
      return decodeList(field, node);
    case 'map':
      return mapOf(field, node);
    case 'struct':
      return structOf(field, node);
    case 'any':
      return freeValue(node);
  }
}

function textOf(node: JsonNode): string {
  if (node.kind !== 'string') throw new Mismatch();
  return node.value;
}

function booleanOf(node: JsonNode): boolean {
  if (node.kind !== 'boolean') throw new Mismatch();
  return node.value;
}

function integerOf(node: JsonNode): number {
  if (node.kind !== 'number' || !/^-?\d+$/.test(node.text)) throw new Mismatch();
  const value = BigInt(node.text);
  if (value < INT64.min || value > INT64.max) throw new Mismatch();
  return Number(value);
}

function numberOf(node: JsonNode): number {
  if (node.kind !== 'number') throw new Mismatch();
  return Number(node.text);
}

function decodeList(field: Field, node: JsonNode): Value {
  if (node.kind !== 'array' || !field.item) throw new Mismatch();
  const item = field.item;
  return node.items.map((each) => valueOf(item, each) ?? zeroOf(item));
}

function mapOf(field: Field, node: JsonNode): Value {
  if (node.kind !== 'object' || !field.value) throw new Mismatch();
  const item = field.value;
  return Object.fromEntries(node.members.map(([key, each]) => [key, valueOf(item, each) ?? zeroOf(item)]));
}

function structOf(field: Field, node: JsonNode): Tree {
  const fields = [...(field.fields?.values() ?? [])];
  const members = membersOf(
    node,
    fields.map((each) => each.jsonName),
  );
  if (!members) throw new Mismatch();
  const tree: Record<string, Value> = {};
  for (const each of fields) {
    const member = members.get(each.jsonName);
    const value = member === undefined ? undefined : valueOf(each, member);
    const held = heldBy(each, value);
    if (held !== undefined) tree[each.name] = held;
  }
  return tree;
}

/** What memory has for a member: nothing for an empty one that JSON would omit (`oe` in the contract). */
export function heldBy(field: Field, value: Value | undefined): Value | undefined {
  if (field.pointer) return value ?? undefined;
  if (field.fallback !== undefined) return value ?? field.fallback;
  if (field.kind === 'struct') return value ?? zeroOf(field);
  return value === undefined || isZero(value) ? undefined : value;
}

const isZero = (value: Value): boolean =>
  value === '' ||
  value === 0 ||
  value === false ||
  value === null ||
  (Array.isArray(value) && value.length === 0) ||
  (isTree(value) && Object.keys(value).length === 0);

function zeroOf(field: Field): Value {
  switch (field.kind) {
    case 'string':
    case 'duration':
      return '';
    case 'integer':
    case 'number':
      return 0;
    case 'boolean':
      return false;
    case 'struct':
      return structOf(field, { kind: 'object', members: [] });
    default:
      return null;
  }
}

/** Free-form JSON, like plugin settings: exact keys, the last duplicate counts. */
export function freeValue(node: JsonNode): Value {
  switch (node.kind) {
    case 'null':
      return null;
    case 'boolean':
    case 'string':
      return node.value;
    case 'number':
      return Number(node.text);
    case 'array':
      return node.items.map(freeValue);
    case 'object':
      return Object.fromEntries(node.members.map(([key, value]) => [key, freeValue(value)]));
  }
}
