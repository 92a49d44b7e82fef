// What GET of a provider list shows (C v0 §3.3): the entries in JSON spelling, with `auth-index` if the runtime has
// registered the credential. openai-compatibility has a different form.
import { isList, isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';
import { trim } from '../model/rules.ts';
import { type EndpointAnswer, shows } from './answer.ts';
import { credentialsOf } from './credentials.ts';
import { type Entry, entriesIn } from './entries.ts';

/** What the running gateway knows in addition to memory. */
export interface RuntimeView {
  /** `auth-index` by credential id, for the credentials the runtime has registered. */
  readonly authIndex?: ReadonlyMap<string, string>;
}

export function getEntries(memory: Memory, field: Field, runtime: RuntimeView): EndpointAnswer {
  const indexes = indexesOf(memory, field.name, runtime);
  const shown = entriesIn(memory, field).map((entry, at) =>
    field.name === 'openai-compatibility'
      ? openaiView(field, entry, indexes.get(at))
      : withIndex(spelled(field.item, entry), indexes.get(at)?.get(undefined)),
  );
  return shows(memory, { [field.name]: shown });
}

/** `auth-index` by position of the entry and, in openai-compatibility, of the key. */
type Indexes = ReadonlyMap<number, ReadonlyMap<number | undefined, string>>;

function indexesOf(memory: Memory, list: string, runtime: RuntimeView): Indexes {
  const indexes = new Map<number, Map<number | undefined, string>>();
  for (const credential of runtime.authIndex?.size ? credentialsOf(memory) : []) {
    const index = runtime.authIndex?.get(credential.id);
    if (credential.list !== list || index === undefined) continue;
    const ofEntry = indexes.get(credential.entry) ?? new Map<number | undefined, string>();
    indexes.set(credential.entry, ofEntry.set(credential.key, index));
  }
  return indexes;
}

const withIndex = (entry: Value, index: string | undefined): Value =>
  isTree(entry) && index !== undefined ? { ...entry, 'auth-index': index } : entry;

/** A value with the JSON names of its members. */
function spelled(field: Field | undefined, value: Value): Value {
  if (isList(value)) return value.map((item) => spelled(field?.item, item));
  if (!isTree(value) || !field?.fields) return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      const known = field.fields?.get(name);
      return [known?.jsonName ?? name, spelled(known, member)];
    }),
  );
}

/** `disabled` always, `models` only if there are any, keys trimmed, the index with each key if there are keys. */
function openaiView(
  field: Field,
  entry: Entry,
  indexes: ReadonlyMap<number | undefined, string> | undefined,
): Value {
  const { 'api-key-entries': keys, models, ...rest } = entry;
  const shown: Record<string, Value> = { ...rest, disabled: entry['disabled'] === true };
  if (isList(models) && models.length > 0) shown['models'] = models;
  const kept = listOf(keys).filter(isTree);
  if (kept.length > 0) shown['api-key-entries'] = kept.map((key, at) => keyView(key, indexes?.get(at)));
  const view = spelled(field.item, shown);
  return kept.length > 0 ? view : withIndex(view, indexes?.get(undefined));
}

function keyView(key: Tree, index: string | undefined): Value {
  return withIndex({ ...key, 'api-key': trim(String(key['api-key'] ?? '')) }, index);
}
