// The provider lists: GET, PUT and DELETE (C v0 §3.3). The differences between the lists are in `families.ts`.
import { isList, isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';
import { normaliseAt } from '../model/normalise.ts';
import { trim } from '../model/rules.ts';
import { type EndpointAnswer, indexIn, invalidBody, refuses, stores } from './answer.ts';
import { heldBy } from './decode.ts';
import { type Family, familyOf } from './families.ts';
import { listInBody } from './strings.ts';
import { profileProblem, weightProblem } from './members.ts';

export type Entry = Tree;

export function entriesIn(memory: Memory, field: Field): readonly Entry[] {
  const held = memory[field.name];
  return listOf(held).filter(isTree);
}

export const textIn = (entry: Entry, member: string): string => String(entry[member] ?? '');

/** Saves a list after the normalisation of the whole list at every write (C v0 §4.2, column L). */
export function storesEntries(memory: Memory, field: Field, list: readonly Entry[] | null): EndpointAnswer {
  return stores({ ...memory, [field.name]: list === null ? null : sanitised(field, list) });
}

function sanitised(field: Field, list: readonly Entry[]): readonly Entry[] {
  if (list.length === 0) return list;
  const { value } = normaliseAt(field, list, { column: 'load' });
  return listOf(value)
    .filter(isTree)
    .map((entry) => shaped(field, entry));
}

/** The normalisation of one entry before the gateway stores it (C v0 §4.2, column W). */
export function written(field: Field, entry: Entry): Entry {
  if (!field.item) return entry;
  const { value } = normaliseAt(field.item, entry, { column: 'write' });
  return shaped(field, isTree(value) ? value : entry);
}

/** An entry with the members that memory always has and without those that it omits, in the catalog's order. */
function shaped(field: Field, entry: Entry): Entry {
  const tree: Record<string, Value> = {};
  for (const member of field.item?.fields?.values() ?? []) {
    const value = heldBy(member, entry[member.name]);
    if (value !== undefined) tree[member.name] = value;
  }
  return tree;
}

export function putEntries(memory: Memory, field: Field, body: string): EndpointAnswer {
  const family = familyOf(field);
  const sent = listInBody(field, body);
  if (sent === undefined) return invalidBody(memory);
  const kept: Entry[] = [];
  for (const [index, raw] of (sent ?? []).filter(isTree).entries()) {
    const entry = family.put.rewrites ? written(field, raw) : raw;
    if (family.put.dropsBlankBaseUrl && trim(textIn(entry, 'base-url')) === '') continue;
    const problem = entryProblem(field, family, entry, `${field.name}[${index}]`);
    if (problem !== undefined) return refuses(memory, 400, problem);
    kept.push(entry);
  }
  if (kept.length > 0) return storesEntries(memory, field, kept);
  const isNull = family.put.emptyIs === 'null' || (family.put.emptyIs === 'as-sent' && sent === null);
  return storesEntries(memory, field, isNull ? null : kept);
}

/** The first error in one entry of a PUT, in the gateway's order. */
function entryProblem(field: Field, family: Family, entry: Entry, place: string): string | undefined {
  if (family.put.needsApiKey && textIn(entry, 'api-key') === '') return `${place}.api-key is required`;
  if (field.item?.fields?.has('weight')) {
    const problem = weightProblem(entry['weight']);
    if (problem !== undefined) return `${place}.weight: ${problem}`;
  }
  const inside = innerWeightProblem(entry['api-key-entries'], `${place}.api-key-entries`);
  if (inside !== undefined) return inside;
  if (!field.item?.fields?.has('fingerprint-profile')) return undefined;
  const profile = profileProblem(textIn(entry, 'fingerprint-profile'));
  return profile && `${place}.fingerprint-profile: ${profile}`;
}

/** The first invalid weight among the keys of an openai-compatibility entry. */
export function innerWeightProblem(keys: Value | undefined, place: string): string | undefined {
  for (const [index, key] of listOf(keys).entries()) {
    const problem = isTree(key) ? weightProblem(key['weight']) : undefined;
    if (problem !== undefined) return `${place}[${index}].weight: ${problem}`;
  }
  return undefined;
}

type Query = Readonly<Record<string, string>>;

export function deleteEntries(memory: Memory, field: Field, query: Query): EndpointAnswer {
  const list = entriesIn(memory, field);
  const family = familyOf(field);
  const selected =
    family.select === 'name' ? byName(memory, field, query) : byKey(memory, field, query, family);
  if (selected) return selected;
  const index = indexIn(query['index'], list.length);
  if (index !== undefined) return storesEntries(memory, field, list.toSpliced(index, 1));
  return refuses(memory, 400, `missing ${family.select === 'name' ? 'name' : 'api-key'} or index`);
}

/** All with exactly that name, untrimmed; none isn't an error. Undefined: no name given. */
function byName(memory: Memory, field: Field, query: Query): EndpointAnswer | undefined {
  const name = query['name'] ?? '';
  if (name === '') return undefined;
  const rest = entriesIn(memory, field).filter((entry) => textIn(entry, 'name') !== name);
  return storesEntries(memory, field, rest);
}

/** `api-key`, alone or with `base-url`. Undefined: no key given. */
function byKey(memory: Memory, field: Field, query: Query, family: Family): EndpointAnswer | undefined {
  const key = trim(query['api-key'] ?? '');
  if (key === '') return undefined;
  const base = query['base-url'];
  const list = entriesIn(memory, field);
  const matches = (entry: Entry): boolean =>
    trim(textIn(entry, 'api-key')) === key &&
    (base === undefined || trim(textIn(entry, 'base-url')) === trim(base));
  const found = list.filter(matches);
  const strict = family.deletion === 'strict';
  if (found.length === 0 && strict) return refuses(memory, 404, 'item not found');
  if (found.length > 1 && base === undefined)
    return refuses(memory, 400, 'multiple items match api-key; base-url is required');
  if (found.length > 1 && strict) return refuses(memory, 400, 'multiple items match; index is required');
  if (found.length === 0 && base === undefined && !isList(memory[field.name])) return stores(memory);
  return storesEntries(
    memory,
    field,
    list.filter((entry) => !matches(entry)),
  );
}
