// The inverse of our own changes on a file that others changed too: a three-way comparison of contents. What lies
// between `before` and `written` is ours; everything else in `now` stays.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { isList, isTree, sameValue, type Tree, type Value } from '../nouns/value.ts';
import { identityOf } from './identity.ts';
import { type Area, patchTowards } from './route-edits.ts';
import type { Patch } from './splice-patch.ts';

export function patchBack(catalog: Catalog, before: Tree, written: Tree, now: Tree): Patch | undefined {
  const wanted = mergeTree(catalog.root, before, written, now);
  const areas: Area[] = Object.keys({ ...now, ...wanted }).map((name) => [name]);
  const changed = areas.filter(([name = '']) => !sameValue(now[name], wanted[name]));
  return patchTowards(catalog, now, wanted, changed);
}

type Maybe = Value | undefined;

function merge(field: Field | undefined, before: Maybe, written: Maybe, now: Maybe): Maybe {
  if (sameValue(before, written)) return now;
  if (sameValue(now, written)) return before;
  if (isTree(before) && isTree(written) && isTree(now)) return mergeTree(field, before, written, now);
  if (field && field.identity.length > 0 && isList(before) && isList(written) && isList(now))
    return mergeEntries(field, before, written, now);
  if (field?.collection === 'set' && isList(before) && isList(written) && isList(now))
    return mergeEntries(field, before, written, now);
  return before;
}

function mergeTree(field: Field | undefined, before: Tree, written: Tree, now: Tree): Tree {
  const entries: [string, Value][] = [];
  for (const name of new Set([...Object.keys(now), ...Object.keys(before)])) {
    const inner = field?.kind === 'map' ? field.value : field?.fields?.get(name);
    const value = merge(inner, before[name], written[name], now[name]);
    if (value !== undefined) entries.push([name, value]);
  }
  return Object.fromEntries(entries);
}

/** Entries by identity: ours go back to what they were, those that we added go, those that we removed return. */
function mergeEntries(
  field: Field,
  before: readonly Value[],
  written: readonly Value[],
  now: readonly Value[],
): readonly Value[] {
  const old = byIdentity(field, before);
  const ours = byIdentity(field, written);
  const here = byIdentity(field, now);
  const kept = now.flatMap((entry) => {
    const id = identityOf(field, entry);
    const value = merge(field.item, old.get(id), ours.get(id), entry);
    return value === undefined ? [] : [value];
  });
  const returned = before.filter((entry) => {
    const id = identityOf(field, entry);
    return !ours.has(id) && !here.has(id);
  });
  return [...kept, ...returned];
}

const byIdentity = (field: Field, entries: readonly Value[]): Map<string, Value> =>
  new Map(entries.map((entry) => [identityOf(field, entry), entry]));
