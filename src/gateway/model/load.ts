// Loads a file into memory: decode, validate, defaults, normalisation (C v0 §2.1.1, §2.3, §2.4, §4.2 column L).
import type { FileDocument } from '../../domain/yaml-node.ts';
import { memoBy } from '../../lib/memo.ts';
import { isList, isTree, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Catalog, Field } from '../catalog/field.ts';
import { decode } from './decode.ts';
import type { LoadOptions, LoadSuccess } from './model.ts';
import { normaliseAt } from './normalise.ts';
import { HASH_PLACEHOLDER } from './rules.ts';
import { decodeFault, validationFault } from './validate.ts';
import type { LoadFailure } from '../../yaml/failure.ts';

type Loaded = LoadSuccess | LoadFailure;

/**
 * What the gateway has in memory after loading this file, or why it refuses. Null and empty documents load as all
 * defaults. Without options, the result is cached per document, because observing and planning both need it.
 */
export function load(document: FileDocument, catalog: Catalog, options?: LoadOptions): Loaded {
  return options ? loadAnew(document, catalog, options) : loadOnce(document, catalog);
}

const loadOnce = memoBy((document: FileDocument, catalog: Catalog) => loadAnew(document, catalog, {}));

function loadAnew(document: FileDocument, catalog: Catalog, options: LoadOptions): Loaded {
  const { content, errors } = decode(document, catalog, false);
  const refused = errors[0] ?? decodeFault(document, content);
  if (refused !== undefined) return { ok: false, stage: 'decode', message: refused };
  const memory = complete(catalog.root, content);
  const invalid = validationFault(document, memory, catalog);
  if (invalid !== undefined) return { ok: false, stage: 'validate', message: invalid };
  return normalised(memory, catalog, options);
}

const HASHABLE_BYTES = 72;

function normalised(memory: Tree, catalog: Catalog, options: LoadOptions): Loaded {
  let rewritten = false;
  let unhashable: string | undefined;
  const hash = (plain: string): string => {
    rewritten = true;
    try {
      return hashed(plain, options);
    } catch (thrown) {
      unhashable = thrown instanceof Error ? thrown.message : String(thrown);
      return plain;
    }
  };
  const { value } = normaliseAt(catalog.root, memory, { ...options, hash });
  if (unhashable !== undefined)
    return {
      ok: false,
      stage: 'validate',
      message: `failed to hash remote management key: ${unhashable}`,
    };
  return { ok: true, memory: complete(catalog.root, treeOf(value)), rewritten };
}

function hashed(plain: string, { hash }: LoadOptions): string {
  if (new TextEncoder().encode(plain).length > HASHABLE_BYTES)
    throw new Error('bcrypt: password length exceeds 72 bytes');
  return hash ? hash(plain) : HASH_PLACEHOLDER;
}

/**
 * A value in the form in which memory has it (see `Memory` in model.ts): in the catalog's order, absent keys added
 * or omitted as Go's encoder does. A complete value comes back with the same content.
 */
export function complete(field: Field, value: Tree): Tree {
  const made: Record<string, Value> = {};
  for (const [name, member] of field.fields ?? []) {
    const held = completeMember(member, value[name]);
    if (held !== undefined) made[name] = held;
  }
  return made;
}

function completeMember(field: Field, value: Value | undefined): Value | undefined {
  if (field.kind === 'struct' && !field.pointer && (value === undefined || value === null))
    return complete(field, {});
  if (value === undefined || value === null) return given(field, value);
  if (field.omitEmpty && !field.pointer && isZero(value)) return undefined;
  return completeValue(field, value);
}

/** A text with a default for blanks is normalised as if it were set to blank. */
function given(field: Field, value: null | undefined): Value | undefined {
  if (field.fallback !== undefined) return field.fallback;
  if (value === null) return undefined;
  return field.normalise.find((rule) => rule.startsWith('default:'))?.slice('default:'.length);
}

function completeValue(field: Field, value: Value): Value {
  if (field.kind === 'struct' && isTree(value)) return complete(field, value);
  if (field.kind === 'list' && isList(value) && field.item) return completeItems(field.item, value);
  if (field.kind !== 'map' || !isTree(value) || !field.value) return value;
  const inner = field.value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [name, completeValue(inner, member)]),
  );
}

function completeItems(item: Field, list: readonly Value[]): readonly Value[] {
  if (item.kind !== 'struct') return list;
  return list.map((each) => (isTree(each) ? completeEntry(each, item) : each));
}

/** An entry that was completed before, in another version of the file, isn't completed again. */
const completeEntry = memoBy((value: Tree, item: Field) => complete(item, value));

/** What Go's encoders consider empty. */
export function isZero(value: Value): boolean {
  if (value === null || value === '' || value === 0 || value === false) return true;
  return isList(value) ? value.length === 0 : isTree(value) && Object.keys(value).length === 0;
}
