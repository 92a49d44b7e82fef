// The requests of the v8 API that turn one tree into another in some areas: one root PATCH for everything that is
// set, PUT for what must be empty, DELETE for what is removed, deepest first (C v8 §4.3, §4.5, §4.7, §7). Knows
// nothing of predictions.
import type { Catalog } from '../../../gateway/catalog/field.ts';
import { layoutTable } from '../../../gateway/layout/table.ts';
import { isTree, namesOfBoth, sameValue, type Tree, type Value, valueAt } from '../../../lib/value.ts';
import type { Area } from '../../types/area.ts';

export interface TreeRequest {
  readonly method: 'PATCH' | 'PUT' | 'DELETE';
  /** Keys below `/config`; none is the root. */
  readonly area: Area;
  readonly body?: Value;
  /** What it changes. */
  readonly touches: readonly Area[];
  readonly reason: string;
}

/** More removals than this are combined: by the map that contains them, or by the edited file. */
const MOST_REMOVALS = 3;

interface Sorted {
  readonly set: { readonly area: Area; readonly value: Value }[];
  readonly replaced: Area[];
  readonly removed: Area[];
}

/** In sending order; a text says why JSON requests can't express it. */
export function requestsIn(
  catalog: Catalog,
  before: Tree,
  after: Tree,
  areas: readonly Area[],
): readonly TreeRequest[] | string {
  const sorted: Sorted = { set: [], replaced: [], removed: [] };
  for (const area of areas) sort(catalog, area, valueAt(before, area), valueAt(after, area), sorted);
  gather(before, after, sorted);
  const unreachable = [...sorted.replaced, ...sorted.removed].find((area) => !isAddressable(area));
  if (unreachable) return `no path of the v8 API names ${unreachable.join('.')}`;
  if (sorted.removed.length > MOST_REMOVALS)
    return `${sorted.removed.length} single removals would be needed`;
  return [...patch(sorted), ...puts(after, sorted), ...deletes(sorted)];
}

/** Maps of named things and free-form settings are changed member by member: a PATCH can't shrink them. */
function sort(
  catalog: Catalog,
  area: Area,
  before: Value | undefined,
  after: Value | undefined,
  into: Sorted,
): void {
  if (sameValue(before, after)) return;
  if (after === undefined) {
    if (before !== undefined) into.removed.push(area);
    return;
  }
  if (!isTree(after) || !isTree(before)) {
    into.set.push({ area, value: after });
    return;
  }
  if (Object.keys(after).length === 0 && isFree(area)) {
    into.replaced.push(area);
    return;
  }
  for (const name of namesOfBoth(before, after))
    sort(catalog, [...area, name], before[name], after[name], into);
}

/** A map of free keys that loses its last member, or several, is sent as a whole. */
function gather(before: Tree, after: Tree, sorted: Sorted): void {
  const byParent = new Map<string, Area[]>();
  for (const area of sorted.removed) {
    const parent = JSON.stringify(area.slice(0, -1));
    byParent.set(parent, [...(byParent.get(parent) ?? []), area]);
  }
  for (const [text, areas] of byParent) {
    const parent = JSON.parse(text) as Area;
    const left = valueAt(after, parent);
    const empties = isTree(left) && Object.keys(left).length === 0;
    const unnamed = areas.some((area) => !isAddressable(area));
    if (!isTree(left) || !mayBePut(parent) || !isTree(valueAt(before, parent))) continue;
    if (!(isFree(parent) && (empties || areas.length > MOST_REMOVALS)) && !unnamed) continue;
    const gone = new Set(areas);
    sorted.removed.splice(0, Infinity, ...sorted.removed.filter((area) => !gone.has(area)));
    sorted.replaced.push(parent);
  }
}

/** Only maps in which others keep nothing may become empty, or be sent as a whole (design-v8 rule 7). */
function isFree(area: Area): boolean {
  if (area[0] === 'plugins') return area[1] === 'configs' && area.length >= 3;
  return area[0] === 'oauth' && FREE_OAUTH.has(area[1] ?? '') && area.length >= 2;
}

const FREE_OAUTH = new Set(['model-alias', 'settings', 'excluded-models', 'request-scoped-errors']);

/** Not `plugins`, `credentials` or a path that historical spellings use (C v8 §4.7, §7 item 4). */
function mayBePut(area: Area): boolean {
  if (isFree(area)) return true;
  if (area.length < 2 || area[0] === 'plugins' || area[0] === 'credentials' || area[0] === 'api-keys')
    return false;
  return !aliasPlaces().has(area.join('.'));
}

let places: ReadonlySet<string> | undefined;

/** Everything at or above a historical spelling. */
function aliasPlaces(): ReadonlySet<string> {
  places ??= new Set(
    layoutTable()
      .rows.flatMap(({ historical }) => historical)
      .flatMap((path) => {
        const names = path.split('.');
        return names.map((_, i) => names.slice(0, i + 1).join('.'));
      }),
  );
  return places;
}

/** Whether every key can be in a URL: no slash, no dot segment, no control character (C v8 §4.5). */
function isAddressable(area: Area): boolean {
  return area.every((name) => name !== '' && name !== '.' && name !== '..' && !/[/\\\p{Cc}]/u.test(name));
}

// ── the requests ─────────────────────────────────────────────────────────────────────────────────────────────────

function patch({ set, replaced }: Sorted): TreeRequest[] {
  const within = (area: Area): boolean =>
    replaced.some((place) => place.length <= area.length && place.every((name, i) => name === area[i]));
  const own = set.filter(({ area }) => !within(area));
  if (own.length === 0) return [];
  return [
    {
      method: 'PATCH',
      area: [],
      body: nested(own),
      touches: own.map(({ area }) => area),
      reason:
        own.length === 1
          ? 'one PATCH of the root sets it and changes nothing else'
          : `one PATCH of the root sets all ${own.length} values together: a second write could be missed`,
    },
  ];
}

function nested(set: Sorted['set']): Tree {
  const root: Record<string, Value> = {};
  for (const { area, value } of set) {
    let here = root;
    for (const name of area.slice(0, -1)) {
      const below = here[name];
      const next: Record<string, Value> = isTree(below) ? { ...below } : {};
      here[name] = next;
      here = next;
    }
    here[area.at(-1) ?? ''] = value;
  }
  return root;
}

function puts(after: Tree, { replaced }: Sorted): TreeRequest[] {
  return replaced.map((area) => {
    const body = valueAt(after, area) ?? {};
    const empty = isTree(body) && Object.keys(body).length === 0;
    return {
      method: 'PUT',
      area,
      body,
      touches: [area],
      reason: empty
        ? "a PATCH can't empty a map"
        : "a PATCH can't remove members from a map, so PUT writes the complete map",
    };
  });
}

function deletes({ removed }: Sorted): TreeRequest[] {
  return removed
    .toSorted((a, b) => b.length - a.length)
    .map((area) => ({
      method: 'DELETE',
      area,
      touches: [area],
      reason: "a PATCH can't remove a value: null would be stored",
    }));
}
