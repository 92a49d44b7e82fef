// `/api-keys`, the list of texts (C v0 §3.2): stored verbatim, no trim, no dedupe.
import { isList, listOf, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';
import { trim } from '../model/rules.ts';
import { type EndpointAnswer, indexIn, inRange, invalidBody, refuses, shows, stores } from './answer.ts';
import { decodeField, decodeInteger, decodeString, membersOf } from './decode.ts';
import { isNode, readFirst, readWhole } from './json-text.ts';

const heldIn = (memory: Memory, field: Field): readonly Value[] => {
  const held = memory[field.name];
  return listOf(held);
};

const storesList = (memory: Memory, field: Field, list: Value): EndpointAnswer =>
  stores({ ...memory, [field.name]: list });

export function getStrings(memory: Memory, field: Field): EndpointAnswer {
  return shows(memory, { [field.name]: memory[field.name] ?? null });
}

export function putStrings(memory: Memory, field: Field, body: string): EndpointAnswer {
  const list = listInBody(field, body);
  if (list === undefined) return invalidBody(memory);
  return storesList(memory, field, list === null || list.length === 0 ? null : list);
}

/** A raw array, or `{"items": […]}` with at least one item; null for the JSON null. Undefined: neither (C v0 §3.3). */
export function listInBody(field: Field, body: string): readonly Value[] | null | undefined {
  const node = readWhole(body);
  if (!isNode(node)) return undefined;
  const raw = decodeField(field, node);
  if (raw.ok) return isList(raw.value) ? raw.value : null;
  const items = membersOf(node, ['items'])?.get('items');
  const wrapped = items && decodeField(field, items);
  return wrapped?.ok && isList(wrapped.value) && wrapped.value.length > 0 ? wrapped.value : undefined;
}

export function patchStrings(memory: Memory, field: Field, body: string): EndpointAnswer {
  const read = readFirst(body);
  const members = isNode(read) ? membersOf(read, ['old', 'new', 'index', 'value']) : undefined;
  const old = decodeString(members?.get('old'));
  const fresh = decodeString(members?.get('new'));
  const index = decodeInteger(members?.get('index'));
  const value = decodeString(members?.get('value'));
  if (!members || !old.ok || !fresh.ok || !index.ok || !value.ok) return invalidBody(memory);

  const list = heldIn(memory, field);
  const place = inRange(index.value, list.length);
  if (place !== undefined && value.value !== undefined)
    return storesList(memory, field, list.with(place, value.value));
  if (old.value === undefined || fresh.value === undefined) return refuses(memory, 400, 'missing fields');
  const found = list.indexOf(old.value);
  return storesList(memory, field, found < 0 ? [...list, fresh.value] : list.with(found, fresh.value));
}

export function deleteStrings(
  memory: Memory,
  field: Field,
  query: Readonly<Record<string, string>>,
): EndpointAnswer {
  const list = heldIn(memory, field);
  const index = indexIn(query['index'], list.length);
  if (index !== undefined) return storesList(memory, field, list.toSpliced(index, 1));
  const value = trim(query['value'] ?? '');
  if (value === '') return refuses(memory, 400, 'missing index or value');
  return storesList(
    memory,
    field,
    list.filter((item) => trim(String(item)) !== value),
  );
}
