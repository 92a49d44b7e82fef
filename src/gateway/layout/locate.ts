// The path in one layout of a path in the other, for settings, state and messages. translate.ts translates values;
// this file only maps paths.
import { ANY_ENTRY, key, type Path, type Segment } from '../../domain/path.ts';
import type { Field } from '../catalog/field.ts';
import { loadCatalog } from '../catalog/catalog.ts';
import { factsOf } from './layouts.ts';
import type { Layout } from './rewrite.ts';
import { type Family, layoutTable, type LayoutRow } from './table.ts';

/** A path of plain names in the flat layout, as the other layout spells it. */
export function spelledIn(layout: Layout, flat: string): string {
  if (layout === 'legacy') return flat;
  return tableOf('legacy').get(flat)?.v8 ?? flat;
}

/** A path of plain names of either layout, as the flat one spells it; unchanged if the flat one has no such path. */
export function spelledFlat(place: string): string {
  return tableOf('v8').get(place)?.legacy ?? place;
}

type Place = Pick<LayoutRow, 'legacy' | 'v8'> & { readonly family?: Family };

const tables = new Map<Layout, ReadonlyMap<string, Place>>();

function tableOf(layout: Layout): ReadonlyMap<string, Place> {
  const known = tables.get(layout);
  if (known) return known;
  const { rows, families } = layoutTable();
  const made = new Map<string, Place>();
  for (const row of rows)
    if (row[layout] !== undefined && row.canonical) made.set(row[layout], { legacy: row.legacy, v8: row.v8 });
  for (const family of families) made.set(family[layout], { ...family, family });
  tables.set(layout, made);
  return made;
}

/**
 * Every path of `to` that a path or pattern covers. It can be of either layout: a name that both have, like
 * `api-keys`, means what it means in `spoken`, the layout of the files.
 */
export function pathsIn(to: Layout, path: Path, spoken: Layout): readonly Path[] {
  const read = isKnown(spoken, path) ? spoken : factsOf(spoken).other;
  return read === to ? [path] : translatedPaths(to, path);
}

/**
 * Whether a layout has a path. A flat path that only v8 gateways know by name counts too: `trusted-proxies`. Entries of a
 * list have no names without brackets, so the flat layout doesn't have `api-keys.gemini`.
 */
export function isKnown(layout: Layout, path: Path): boolean {
  if (path.reduce<Field | undefined>(below, loadCatalog(layout).root)) return true;
  const names = path.map(({ name }) => name ?? '*');
  const { rows, families } = layoutTable();
  const section = `${names.join('.')}.`;
  return [...rows, ...families].some((each) => !each.v7 && `${each[layout]}.`.startsWith(section));
}

function below(field: Field | undefined, { kind, name }: Segment): Field | undefined {
  const child = field?.fields?.get(name ?? '*') ?? field?.value ?? field?.json?.inside;
  if (child) return child;
  if (field?.item) return kind === 'entry' || name === null ? field.item : undefined;
  return field?.kind === 'any' ? field : undefined;
}

/**
 * Every path of `to` that a path or pattern of the other layout covers. A section of one layout can be several paths of
 * the other; a member of an entry can be on the group or on the key. Unchanged if the table doesn't know it.
 */
export function translatedPaths(to: Layout, path: Path): readonly Path[] {
  const from = factsOf(to).other;
  const depth = path.findIndex(({ kind, name }) => kind === 'entry' || name === null);
  const names = path.slice(0, depth < 0 ? path.length : depth).map(({ name }) => String(name));
  const rest = path.slice(names.length);
  const table = tableOf(from);
  for (let length = names.length; length > 0; length -= 1) {
    const place = table.get(names.slice(0, length).join('.'));
    if (!place) continue;
    const root = place[to];
    if (root === undefined) return [path];
    const below = [...names.slice(length).map(key), ...rest];
    return inFamily(place, to, root.split('.').map(key), below);
  }
  const section = `${names.join('.')}.`;
  const covered = rest.length > 0 ? [] : [...table].filter(([name]) => name.startsWith(section));
  const found = covered.flatMap(([, place]) =>
    place[to] === undefined ? [] : [place[to].split('.').map(key)],
  );
  return found.length === 0 ? [path] : found;
}

function inFamily({ family }: Place, to: Layout, root: Path, below: Path): readonly Path[] {
  const [first, ...members] = below;
  if (!family || first === undefined) return [[...root, ...below]];
  if (family.form === 'records') return [[...root, first, ...withKeysAs(to, family.legacyKeys, members)]];
  if (to === 'legacy') return [[...root, ...ofOneKey(below)]];
  if (first.kind !== 'entry') return [[...root, ...below]];
  const onKey = [...root, ANY_ENTRY, key('keys'), first, ...members];
  return members.length === 0 ? [onKey] : [[...root, ANY_ENTRY, ...members], onKey];
}

function withKeysAs(to: Layout, legacyKeys: string, [member, ...rest]: Path): Path {
  const [before, after] = to === 'v8' ? [legacyKeys, 'keys'] : ['keys', legacyKeys];
  if (member === undefined) return [];
  return [member.kind === 'key' && member.name === before ? key(after) : member, ...rest];
}

/** Below a family of groups: the entry of a key; for a group, the entries of all its keys. */
function ofOneKey([, member, ...rest]: Path): Path {
  if (member?.name !== 'keys') return [ANY_ENTRY, ...(member ? [member] : []), ...rest];
  const [entry = ANY_ENTRY, ...members] = rest;
  return [entry, ...members];
}
