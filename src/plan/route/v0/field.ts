// The request for one area through its own endpoint, by the catalog's route (C v0 §3.1, §3.2, §3.5). The simulation
// decides whether it loses anything. Provider lists are in entries.ts.
import { type Field, MANAGEMENT_BASE } from '../../../gateway/catalog/field.ts';
import { sameAt } from '../../../gateway/model/equal.ts';
import {
  holdsInexact,
  isTree,
  listOf,
  sameValue,
  type Tree,
  type Value,
  valueAt,
} from '../../../lib/value.ts';
import type { Difference } from '../../types/difference.ts';
import { entriesRequests } from './entries.ts';
import { areaOf } from '../../prediction/edits.ts';
import { done, each, failed } from '../../../lib/result.ts';
import { asJson, type ByFields, type FieldRequest, shownIn } from './request.ts';
import type { RouteInput, Unit } from '../../types/route.ts';
import type { Area } from '../../types/area.ts';

/** Differences by the endpoint that could write them. Fails for a key without one. */
export function unitsOf(input: RouteInput, differences: readonly Difference[]): ByFields<Unit[]> {
  const units = new Map<string, { field: Field; area: Area; differences: Difference[] }>();
  for (const difference of differences) {
    const endpoint = endpointOf(input, areaOf(input.dialect.catalog, difference));
    if (!endpoint.ok) return endpoint;
    const { field, area } = endpoint.value;
    const id = JSON.stringify(area);
    const unit = units.get(id) ?? { field, area, differences: [] };
    unit.differences.push(difference);
    units.set(id, unit);
  }
  return done([...units.values()]);
}

const HAS_ENDPOINT: ReadonlySet<string> = new Set(['scalar', 'strings', 'entries', 'channels', 'plugin']);

function endpointOf(input: RouteInput, area: Area): ByFields<{ field: Field; area: Area }> {
  let field: Field | undefined = input.dialect.catalog.root;
  for (const [i, name] of area.entries()) {
    field = field && input.dialect.catalog.child(field, name);
    if (field && HAS_ENDPOINT.has(field.route.kind)) return done({ field, area: area.slice(0, i + 1) });
  }
  return failed(`${area.join('.')} has no endpoint`);
}

export function requestsFor(input: RouteInput, unit: Unit): ByFields<FieldRequest[]> {
  const requests = requestsBy(input, unit);
  return requests.ok && requests.value.some(({ body }) => holdsInexact(body))
    ? failed('it holds a number that JSON would not carry exactly')
    : requests;
}

function requestsBy(input: RouteInput, unit: Unit): ByFields<FieldRequest[]> {
  const { route } = unit.field;
  if (route.kind === 'scalar') return done([scalarRequest(input, unit, route.endpoint, route.deletable)]);
  if (route.kind === 'strings') return done([stringsRequest(input, unit, route.endpoint)]);
  if (route.kind === 'entries') return entriesRequests(input, unit, route);
  if (route.kind === 'channels') return done([channelsRequest(input, unit, route.endpoint)]);
  return each([unit], () => pluginRequest(input, unit));
}

const removesOnly = (unit: Unit): boolean => unit.differences.every(({ kind }) => kind === 'remove');
const idsOf = (unit: Unit): string[] => unit.differences.map(({ id }) => id);

function base(unit: Unit): Pick<FieldRequest, 'area' | 'makes' | 'removes'> {
  return { area: unit.area, makes: idsOf(unit), removes: removesOnly(unit) };
}

function scalarRequest(input: RouteInput, unit: Unit, endpoint: string, deletable: boolean): FieldRequest {
  const path = MANAGEMENT_BASE + endpoint;
  const proposed = valueAt(input.proposed, unit.area);
  if (deletable && (proposed === undefined || proposed === ''))
    return {
      ...base(unit),
      method: 'DELETE',
      path,
      body: undefined,
      reason: 'its own endpoint clears it',
    };
  const value = proposed ?? unit.field.fallback ?? zeroOf(unit.field);
  return {
    ...base(unit),
    method: 'PUT',
    path,
    body: { value },
    shown: { value: shownIn(input, unit.area, value) },
    reason: 'its own endpoint changes this key and nothing else',
  };
}

function zeroOf(field: Field): Value {
  return field.kind === 'boolean' ? false : field.kind === 'string' ? '' : 0;
}

function textsAt(tree: Tree, area: Area): readonly string[] {
  const value = valueAt(tree, area);
  return listOf(value).map(String);
}

function stringsRequest(input: RouteInput, unit: Unit, endpoint: string): FieldRequest {
  const path = MANAGEMENT_BASE + endpoint;
  const before = textsAt(input.before, unit.area);
  const proposed = textsAt(input.proposed, unit.area);
  const gone = before.filter((text) => !proposed.includes(text));
  const come = proposed.filter((text) => !before.includes(text));
  const [added] = come;
  const old = gone.length === 0 ? added : gone[0];
  const isOne = come.length === 1 && gone.length <= 1 && added !== undefined && old !== undefined;
  if (isOne && proposed.length === before.length + 1 - gone.length && new Set(before).size === before.length)
    return {
      ...base(unit),
      method: 'PATCH',
      path,
      body: { old, new: added },
      shown: { old: showItem(input, unit, old), new: showItem(input, unit, added) },
      reason: gone.length === 0
        ? 'appends one item: the gateway adds `new`, because `old` isn\'t in the list'
        : "replaces one item and doesn't change the others",
    }; // prettier-ignore
  return {
    ...base(unit),
    method: 'PUT',
    path,
    body: proposed,
    shown: shownIn(input, unit.area, proposed),
    removes: come.length === 0 && gone.length > 0,
    reason: 'one request replaces the list exactly; a DELETE would carry the value in the URL',
  };
}

const showItem = (input: RouteInput, unit: Unit, value: string) => shownIn(input, [...unit.area, 0], value);

/** Whole maps only: PATCH and DELETE of a channel can stop the gateway's process (C v0 §6.1). */
function channelsRequest(input: RouteInput, unit: Unit, endpoint: string): FieldRequest {
  const proposed = valueAt(input.proposed, unit.area) ?? {};
  return {
    ...base(unit),
    method: 'PUT',
    path: MANAGEMENT_BASE + endpoint,
    body: asJson(unit.field, proposed),
    shown: shownIn(input, unit.area, proposed),
    reason: 'the whole map: PATCH and DELETE of a channel can end the gateway',
  };
}

function pluginRequest(input: RouteInput, unit: Unit): ByFields<FieldRequest> {
  const before = valueAt(input.before, unit.area);
  const proposed = valueAt(input.proposed, unit.area);
  const id = unit.area.at(-1) ?? '';
  if (!isTree(proposed)) return failed('removing the settings of a plugin has no safe endpoint');
  const changed = isTree(before) ? changedMembers(unit.field, before, proposed) : done(proposed);
  if (!changed.ok) return changed;
  const body = changed.value;
  return done({
    ...base(unit),
    method: isTree(before) ? 'PATCH' : 'PUT',
    path: `${MANAGEMENT_BASE}/plugins/${encodeURIComponent(id)}/config`,
    body,
    shown: shownIn(input, unit.area, body),
    reason: isTree(before)
      ? "changes single settings of the plugin and doesn't change the others"
      : 'stores the settings of a plugin that had none',
  });
}

function changedMembers(field: Field, before: Tree, proposed: Tree): ByFields<Tree> {
  if (Object.keys(before).some((name) => proposed[name] === undefined))
    return failed('a removed setting would come back from the file');
  const changed = Object.entries(proposed).filter(([name, value]) => {
    const inner = field.fields?.get(name);
    return inner ? !sameAt(inner, before[name], value) : !sameValue(before[name], value);
  });
  if (changed.some(([, value]) => value === null)) return failed('null removes a setting when sent by PATCH');
  return done(Object.fromEntries(changed));
}
