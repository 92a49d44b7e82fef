// The three OAuth maps (C v0 §3.4), including the deletion by a mistyped body.
import { isList, isTree, listOf, type Tree, treeOf, type Value, withValue } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';
import { normaliseAt } from '../model/normalise.ts';
import { trim } from '../model/rules.ts';
import { type EndpointAnswer, invalidBody, refuses, shows, stores } from './answer.ts';
import { decodeField, decodeString, membersOf } from './decode.ts';
import { isNode, readFirst, readWhole } from './json-text.ts';

/** How the maps name their parts. `oauth-excluded-models` knows no channel and checks that its provider exists. */
interface Wording {
  readonly noun: 'provider' | 'channel';
  readonly selectors: readonly string[];
  readonly list: string;
}

const WORDINGS: Readonly<Record<string, Wording>> = {
  'oauth-excluded-models': { noun: 'provider', selectors: ['provider'], list: 'models' },
  'oauth-model-alias': { noun: 'channel', selectors: ['channel', 'provider'], list: 'aliases' },
  'oauth-request-scoped-errors': { noun: 'channel', selectors: ['channel', 'provider'], list: 'rules' },
};

const FALLBACK: Wording = { noun: 'channel', selectors: ['channel', 'provider'], list: 'items' };
const wordingOf = (field: Field): Wording => WORDINGS[field.name] ?? FALLBACK;

const named = (text: string): string => trim(text).toLowerCase();

/** Undefined if nothing remains, as in memory. */
function sanitised(field: Field, map: Value | undefined): Tree | undefined {
  if (!isTree(map)) return undefined;
  const given = Object.fromEntries(Object.entries(map).map(([name, list]) => [named(name), list]));
  const { value } = normaliseAt(field, given);
  return isTree(value) && Object.keys(value).length > 0 ? value : undefined;
}

export function getChannels(memory: Memory, field: Field): EndpointAnswer {
  return shows(memory, { [field.name]: sanitised(field, memory[field.name]) ?? null });
}

/**
 * A raw map, or `{"items": map}`. What fails as a raw map is parsed as a wrapper, and a wrapper can lack its items.
 */
export function putChannels(memory: Memory, field: Field, body: string): EndpointAnswer {
  const node = readWhole(body);
  if (!isNode(node)) return invalidBody(memory);
  const raw = decodeField(field, node);
  if (raw.ok) return storesMap(memory, field, raw.value);
  const members = membersOf(node, ['items']);
  const items = members?.get('items');
  if (!members) return invalidBody(memory);
  const wrapped = items === undefined ? undefined : decodeField(field, items);
  if (wrapped && !wrapped.ok) return invalidBody(memory);
  return storesMap(memory, field, wrapped?.value);
}

function storesMap(memory: Memory, field: Field, map: Value | undefined): EndpointAnswer {
  return stores(withValue(memory, [field.name], sanitised(field, map)));
}

export function patchChannels(memory: Memory, field: Field, body: string): EndpointAnswer {
  const { noun, selectors, list } = wordingOf(field);
  const read = readFirst(body);
  const members = isNode(read) ? membersOf(read, [...selectors, list]) : undefined;
  const given = selectors.map((name) => decodeString(members?.get(name)));
  const item = members?.get(list);
  const decoded = item && field.value ? decodeField(field.value, item) : undefined;
  if (!members || given.some((each) => !each.ok) || decoded?.ok === false) return invalidBody(memory);

  const name = given.map((each) => (each.ok ? each.value : undefined)).find((each) => each !== undefined);
  if (noun === 'provider' && name === undefined) return invalidBody(memory);
  const channel = named(name ?? '');
  if (channel === '') return refuses(memory, 400, `invalid ${noun}`);
  const sent = decoded?.ok ? listOf(decoded.value) : [];
  const entries = sanitised(field, { [channel]: sent })?.[channel];
  if (!isList(entries) || entries.length === 0) return removes(memory, field, channel);
  const held = memory[field.name];
  return stores(withValue(memory, [field.name], { ...treeOf(held), [channel]: entries }));
}

export function deleteChannels(
  memory: Memory,
  field: Field,
  query: Readonly<Record<string, string>>,
): EndpointAnswer {
  const { noun, selectors } = wordingOf(field);
  const channel = selectors.map((name) => named(query[name] ?? '')).find((name) => name !== '');
  if (channel === undefined) return refuses(memory, 400, `missing ${noun}`);
  return removes(memory, field, channel);
}

function removes(memory: Memory, field: Field, channel: string): EndpointAnswer {
  const held = memory[field.name];
  if (!isTree(held) || !Object.hasOwn(held, channel))
    return refuses(memory, 404, `${wordingOf(field).noun} not found`);
  const rest = withValue(held, [channel], undefined);
  return stores(withValue(memory, [field.name], Object.keys(rest).length > 0 ? rest : undefined));
}
