// Compares what a request asked for with what memory shows afterwards. The endpoints respond with 200 to members
// that they ignore (C v0 §3.3) and to values that they rewrite. Pure.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { sameAt } from '../../gateway/model/equal.ts';
import { fromJson } from '../../gateway/model/json.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { isTree, listOf, type Tree, treeOf, type Value, valueAt } from '../../lib/value.ts';

export interface FieldRequest {
  readonly method: string;
  /** Below `/v0/management`, e.g. `/codex-api-key`. */
  readonly endpoint: string;
  readonly body: string;
  readonly query?: Readonly<Record<string, string>>;
}

/**
 * Requested paths, as patterns of the catalog, whose value isn't the requested one. Empty if that can't be
 * determined.
 */
export function unheld(
  catalog: Catalog,
  memory: Tree,
  { method, endpoint, body }: FieldRequest,
): readonly string[] {
  const field = catalog.all().find(({ route }) => 'endpoint' in route && route.endpoint === endpoint);
  const given = field && bodyOf(body);
  if (!field || given === undefined || method === 'DELETE') return [];
  if (field.route.kind === 'entries' && method === 'PATCH')
    return unheldMembers(catalog, field, memory, given);
  const proposed = wantedOf(field, given);
  if (proposed === undefined || (method === 'PATCH' && field.route.kind !== 'scalar')) return [];
  return holds(field, inYaml(catalog, field, proposed), valueOf(memory, field)) ? [] : [field.pattern];
}

/**
 * The wrong assumption of a request: it replaces or deletes something that didn't exist. The endpoints then respond
 * with 200 and append, or do nothing (C v0 §3.2, §3.3). Undefined: none. Contains no value.
 */
export function withoutSubject(catalog: Catalog, before: Tree, requested: FieldRequest): string | undefined {
  const field = catalog
    .all()
    .find(({ route }) => 'endpoint' in route && route.endpoint === requested.endpoint);
  const held = field && listOf(valueOf(before, field));
  if (!field || !held) return undefined;
  if (requested.method === 'DELETE')
    return isDeletable(field, held, requested.query ?? {})
      ? undefined
      : 'it had nothing with that name to delete';
  if (requested.method !== 'PATCH' || field.route.kind !== 'strings') return undefined;
  const given = bodyOf(requested.body);
  const [old, fresh] = isTree(given) ? [given['old'], given['new']] : [];
  if (typeof old !== 'string' || typeof fresh !== 'string' || old === fresh || held.includes(old))
    return undefined;
  return 'the list had no item with the value of "old", so it added the value of "new"';
}

function isDeletable(
  { route }: Field,
  held: readonly Value[],
  query: Readonly<Record<string, string>>,
): boolean {
  if (route.kind === 'strings') {
    const value = query['value']?.trim();
    return value === undefined || held.some((item) => String(item).trim() === value);
  }
  if (route.kind !== 'entries') return true;
  const name = query[route.select.member]?.trim();
  return (
    name === undefined ||
    held.some((entry) => isTree(entry) && String(entry[route.select.member]).trim() === name)
  );
}

function bodyOf(text: string): Value | undefined {
  try {
    return JSON.parse(text) as Value;
  } catch {
    return undefined;
  }
}

/** The value that a PUT requests: a scalar in `value`, a list or map directly or in `items`. */
function wantedOf(field: Field, given: Value): Value | undefined {
  if (field.route.kind === 'scalar') return isTree(given) ? given['value'] : undefined;
  if (isTree(given) && given['items'] !== undefined && field.kind === 'list') return given['items'];
  return given;
}

function namesOf(field: Field): readonly string[] {
  return field.pattern.split('.');
}

function valueOf(memory: Tree, field: Field): Value | undefined {
  return valueAt(memory, namesOf(field));
}

/** Converts JSON spelling to YAML spelling, and drops decorations such as `auth-index`. */
function inYaml(catalog: Catalog, field: Field, value: Value): Value | undefined {
  const whole = namesOf(field).reduceRight<Value>((inner, name) => ({ [name]: inner }), value);
  return isTree(whole) ? valueOf(fromJson(whole, catalog), field) : value;
}

function holds(field: Field, proposed: Value | undefined, held: Value | undefined): boolean {
  const made = proposed === undefined ? undefined : normaliseAt(field, proposed, { column: 'write' }).value;
  return sameAt(field, made, held) || sameAt(field, proposed, held);
}

function unheldMembers(catalog: Catalog, field: Field, memory: Tree, given: Value): readonly string[] {
  const { item, route } = field;
  if (!isTree(given) || !isTree(given['value']) || !item || route.kind !== 'entries') return [];
  const { member, by } = route.select;
  const [requested] = listOf(inYaml(catalog, field, [given['value']]));
  const strangers = Object.keys(given['value']).filter((name) => !fieldNamed(item, name));
  const names = new Set([given[by], isTree(requested) ? requested[member] : undefined]);
  const entries = listOf(valueOf(memory, field)).filter((entry) => isTree(entry) && names.has(entry[member]));
  const missing = entries.map((entry) => membersMissing(item, treeOf(requested), entry));
  const fewest = missing.toSorted((a, b) => a.length - b.length)[0] ?? [];
  return [...fewest, ...strangers].map((name) => `${item.pattern}.${name}`);
}

/** Keys match case-insensitively (C v0 §3.0). */
function fieldNamed(item: Field, name: string): Field | undefined {
  const lower = name.toLowerCase();
  return [...(item.fields?.values() ?? [])].find((field) => field.jsonName.toLowerCase() === lower);
}

function membersMissing(item: Field, requested: Tree, entry: Value): string[] {
  return Object.entries(requested).flatMap(([name, value]) => {
    const field = item.fields?.get(name);
    return !field || !isTree(entry) || holds(field, value, entry[name]) ? [] : [name];
  });
}
