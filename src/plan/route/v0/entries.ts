// Requests for the lists of provider credentials (C v0 §3.3): PATCH of one entry if that is lossless, otherwise the
// whole list. Never by index: an index can hit the wrong entry if others write (C v0 §8.4).
import { type Field, MANAGEMENT_BASE, type Route } from '../../../gateway/catalog/field.ts';
import { sameAt } from '../../../gateway/model/equal.ts';
import type { Redacted } from '../../../domain/redacted.ts';
import { isTree, listOf, namesOfBoth, type Tree, type Value, valueAt } from '../../../lib/value.ts';
import { countItems } from '../../prediction/footprint.ts';
import { done, each, failed } from '../../../lib/result.ts';
import { asJson, type ByFields, type FieldRequest, shownIn } from './request.ts';
import type { RouteInput, Unit } from '../../types/route.ts';
import type { Area } from '../../types/area.ts';

type EntriesRoute = Extract<Route, { kind: 'entries' }>;

/**
 * A list of more items than this, nested ones included, isn't sent for a few changes: the edited file changes less.
 */
const LONG_LIST = 50;

/**
 * Both alternatives are one request: this takes the one with the smaller footprint. Undefined: the list isn't too
 * long.
 */
function tooLong(unit: Unit, items: number): string | undefined {
  const count = unit.differences.length;
  return items > LONG_LIST && count * 4 < items
    ? `${unit.area.join('.')} would have ${items} items rewritten for ${count === 1 ? 'one change' : `${count} changes`}`
    : undefined;
}

/** How many PATCHes a plan can make before the list is sent as a whole. */
const FEW = 3;

export function entriesRequests(
  input: RouteInput,
  unit: Unit,
  route: EntriesRoute,
): ByFields<FieldRequest[]> {
  const before = entriesAt(input.before, unit.area);
  const proposed = entriesAt(input.proposed, unit.area);
  const shared = sharedIdentity(unit.field, before) ?? sharedIdentity(unit.field, proposed);
  if (shared !== undefined)
    return failed(
      `two entries of ${unit.area.join('.')} have the same ${shared}, and the gateway overwrites one with the other`,
    );
  const patches = patchesFor(input, unit, route, before, proposed);
  return patches ?? each([unit], () => wholeList(input, unit, route, before, proposed));
}

function entriesAt(tree: Tree, area: Area): readonly Tree[] {
  const value = valueAt(tree, area);
  return listOf(value).filter(isTree);
}

/** The member by which the gateway's saver matches two entries (C v0 §6.2 rule S). */
export function sharedIdentity(field: Field, entries: readonly Tree[]): string | undefined {
  const seen = new Set<string>();
  for (const entry of entries) {
    const member = field.saverIdentity.find((name) => String(entry[name] ?? '').trim() !== '');
    const id = member === undefined ? '' : `${member}\n${String(entry[member]).trim()}`;
    if (id !== '' && seen.has(id)) return member;
    seen.add(id);
  }
  return undefined;
}

// ── PATCH of single entries ──────────────────────────────────────────────────────────────────────────────────────

/** Undefined: PATCH can't do it. */
function patchesFor(
  input: RouteInput,
  unit: Unit,
  route: EntriesRoute,
  before: readonly Tree[],
  proposed: readonly Tree[],
): ByFields<FieldRequest[]> | undefined {
  const { item } = unit.field;
  if (!item || before.length !== proposed.length) return undefined;
  const changed = before.flatMap((old, i) => (sameAt(item, old, proposed[i]) ? [] : [i]));
  if (changed.length === 0 || changed.length > FEW) return undefined;
  const requests = changed.map((i) => patchOf(input, unit, route, before, i, proposed[i] as Tree));
  return requests.every((request) => request !== undefined)
    ? each(requests, (request) => request)
    : undefined;
}

function patchOf(
  input: RouteInput,
  unit: Unit,
  route: EntriesRoute,
  before: readonly Tree[],
  at: number,
  proposed: Tree,
): ByFields<FieldRequest> | undefined {
  const item = unit.field.item as Field;
  const old = before[at] as Tree;
  const { member, by } = route.select;
  const selector = old[member];
  if (typeof selector !== 'string' || !selects(before, member, selector)) return undefined;
  const body: Record<string, Value> = {};
  const shown: Record<string, Redacted> = {};
  for (const name of namesOfBoth(old, proposed)) {
    const inner = item.fields?.get(name);
    if (!inner) return undefined;
    if (sameAt(inner, old[name], proposed[name])) continue;
    const sent = memberValue(inner, proposed[name]);
    if (sent === undefined) return undefined;
    const long = tooLong(unit, countItems(sent));
    if (long !== undefined) return failed(long);
    body[inner.jsonName] = asJson(inner, sent);
    shown[inner.jsonName] = shownIn(input, [...unit.area, 0, name], sent);
  }
  if (Object.keys(body).length === 0) return undefined;
  return done({
    method: 'PATCH',
    path: MANAGEMENT_BASE + route.endpoint,
    body: { [by]: selector, value: body },
    shown: { [by]: shownIn(input, [...unit.area, 0, member], selector), value: shown },
    area: unit.area,
    makes: unit.differences.filter((difference) => concerns(difference, at)).map(({ id }) => id),
    reason: `one entry, found by its ${member}, and only members that PATCH accepts`,
    removes: unit.differences.every(({ kind }) => kind === 'remove'),
  });
}

function concerns({ livePlace, proposedPlace }: Unit['differences'][number], at: number): boolean {
  const index = (livePlace ?? proposedPlace ?? []).find((step) => typeof step === 'number');
  return index === undefined || index === at;
}

/** The gateway trims the request's value, and takes the first of several, or refuses. */
function selects(entries: readonly Tree[], member: string, text: string): boolean {
  if (text === '' || text !== text.trim()) return false;
  return entries.filter((entry) => String(entry[member] ?? '').trim() === text).length === 1;
}

/** The PATCH value that gives the member the proposed value. Undefined: PATCH can't do it. */
function memberValue(field: Field, proposed: Value | undefined): Value | undefined {
  const { route } = field;
  if (route.kind !== 'member' || !route.patch) return undefined;
  const isBlank =
    proposed === undefined || proposed === null || (typeof proposed === 'string' && proposed.trim() === '');
  if (!isBlank) return proposed;
  if (route.blank === 'deletes-entry') return undefined;
  if (field.pointer) return proposed === undefined && route.unset === 'null' ? null : undefined;
  return emptyOf(field);
}

function emptyOf(field: Field): Value | undefined {
  if (field.kind === 'string') return '';
  if (field.kind === 'boolean') return false;
  if (field.kind === 'integer' || field.kind === 'number') return 0;
  if (field.kind === 'list') return [];
  return field.kind === 'map' ? {} : undefined;
}

// ── the whole list ───────────────────────────────────────────────────────────────────────────────────────────────

function wholeList(
  input: RouteInput,
  unit: Unit,
  route: EntriesRoute,
  before: readonly Tree[],
  proposed: readonly Tree[],
): ByFields<FieldRequest> {
  const long = tooLong(unit, Math.max(countItems(before), countItems(proposed)));
  if (long !== undefined) return failed(long);
  return done({
    method: 'PUT',
    path: MANAGEMENT_BASE + route.endpoint,
    body: asJson(unit.field, proposed),
    shown: shownIn(input, unit.area, proposed),
    area: unit.area,
    makes: unit.differences.map(({ id }) => id),
    reason: 'the whole list: no endpoint adds or removes an entry, or PATCH would ignore a member',
    removes: unit.differences.every(({ kind }) => kind === 'remove'),
  });
}
