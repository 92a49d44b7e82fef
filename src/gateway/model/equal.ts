// The one definition of "equal" for values of the catalog, used by diff, verify and observe.
import { posix } from 'node:path';
import { isList, isTree, sameValue, type Tree, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import { jsonMeaning } from './json-meaning.ts';
import { normaliseAt } from './normalise.ts';

/**
 * A form in which two values are equal exactly if `sameValue` says so: normalised as at load, what equals absent
 * omitted (undefined), sets as sorted members, durations in canonical text. Not for output or writing.
 */
export function canonical(field: Field, value: Value | undefined): Value | undefined {
  if (value === undefined || value === null) return undefined;
  const held = normaliseAt(field, value).value;
  return held === undefined ? undefined : reduced(field, held);
}

/**
 * Whether the gateway treats two values at this field as equal. `held` is what it shows, `meant` is what it got or
 * would get: it stores a path below `~` with its home directory, which we don't know.
 */
export function sameAt(field: Field, held: Value | undefined, meant: Value | undefined): boolean {
  return (
    sameValue(held, meant) ||
    sameEntries(field, held, meant) ||
    sameValue(canonical(field, held), canonical(field, meant)) ||
    isBelowHome(field, held, meant ?? field.fallback)
  );
}

/** Entry by entry, so that only the entries of a long list that are spelled differently are computed. */
function sameEntries({ item }: Field, held: Value | undefined, meant: Value | undefined): boolean {
  if (item?.kind !== 'struct' || !isList(held) || !isList(meant) || held.length !== meant.length)
    return false;
  return held.every((entry, i) => {
    const other = meant[i];
    return entry === other || (isTree(entry) && isTree(other) && sameAt(item, entry, other));
  });
}

/** The gateway writes `auth-dir` and `plugins.dir` back with its home directory in place of `~` (C v0 §4.4 N10). */
function isBelowHome(field: Field, held: Value | undefined, meant: Value | undefined): boolean {
  if (typeof held !== 'string' || typeof meant !== 'string' || !/^~(\/|$)/.test(meant)) return false;
  if (!field.normalise.some((rule) => rule.endsWith('home-path'))) return false;
  const clean = (path: string): string => posix.normalize(path.replaceAll('\\', '/')).replace(/\/$/, '');
  return /^([A-Za-z]:)?[\\/]/.test(held) && clean(held).endsWith(clean(meant.slice(1)));
}

/** Of a normalised value. `equalsAbsent` decides for null, empty collections, zeros and defaults. */
function reduced(field: Field, value: Value): Value | undefined {
  if (value === null) return undefined;
  const inner = collection(field, asServed(field, value));
  if (field.pointer || field.inherits) return inner ?? (isTree(value) ? {} : value);
  if (inner === undefined) return undefined;
  return field.equalsAbsent.some((absent) => sameValue(absent, inner)) ? undefined : inner;
}

/**
 * Some texts are stored as written and interpreted by their meaning: `rr` works like `round-robin` (C v0 §2.1.1,
 * §3.1). A JSON text is sent in requests by its meaning.
 */
function asServed(field: Field, value: Value): Value {
  if (field.json) return jsonMeaning(value);
  if (field.kind === 'integer' && typeof value === 'number') return Math.trunc(value) + 0;
  if (typeof value !== 'string' || !field.normalise.some((rule) => rule.startsWith('read:'))) return value;
  return normaliseAt(field, value, { column: 'read' }).value ?? value;
}

function collection(field: Field, value: Value): Value | undefined {
  if (isTree(value))
    return field.kind === 'struct' || field.kind === 'map' ? mapping(field, value) : freeForm(field, value);
  if (!isList(value)) return value;
  return field.kind === 'list' ? list(field, value) : value;
}

/** Unknown keys are compared exactly. */
function mapping(field: Field, value: Tree): Tree | undefined {
  let kept: Record<string, Value> | undefined;
  for (const name of Object.keys(value)) {
    const member = value[name] as Value; // of one of its own keys
    const inner = field.kind === 'map' ? field.value : field.fields?.get(name);
    // In a free-form mapping null is a value.
    const free = field.kind === 'map' && inner?.kind === 'any';
    const reducedMember = free
      ? freeMember(inner, member)
      : inner
        ? reduced(inner, member)
        : (member ?? undefined);
    if (reducedMember !== undefined) (kept ??= {})[name] = reducedMember;
  }
  return kept;
}

/** Free-form settings with some known members: the gateway shows these as if they were written (C v0 §2.1.2). */
function freeForm(field: Field, value: Tree): Tree {
  if (!field.fields) return value;
  const members = Object.entries(value).filter(([name, member]) => {
    const known = field.fields?.get(name);
    return !known || member === null || reduced(known, member) !== undefined;
  });
  return Object.fromEntries(members);
}

const freeMember = (field: Field, value: Value): Value =>
  isTree(value) && !field.json ? freeForm(field, value) : asServed(field, value);

/** Items exist even if they are empty; the order of a set is irrelevant. */
function list(field: Field, value: readonly Value[]): readonly Value[] | undefined {
  if (value.length === 0) return undefined;
  const { item } = field;
  const items = item ? value.map((each) => itemOf(item, each)) : value;
  return field.collection === 'set' ? members(items) : items;
}

function itemOf(item: Field, value: Value): Value {
  if (!isTree(value) && !isList(value)) return value;
  return collection(item, value) ?? (isList(value) ? [] : {});
}

function members(items: readonly Value[]): readonly Value[] {
  const byText = items.map((item) => [JSON.stringify(item), item] as const);
  return byText.sort(([a], [b]) => (a < b ? -1 : 1)).map(([, item]) => item);
}
