// The differences between two images, as the fewest changes that a person would name. Stops where the images share a
// value, so it walks only declared and differing parts. Knows nothing of modes, guards and routes.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { canonical, sameAt } from '../../gateway/model/equal.ts';
import type { ChangeKind } from '../../domain/plan/change.ts';
import { isList, isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Place } from '../types/difference.ts';
import { findRenames, pair } from './identity.ts';
import { isOrdered, movedEntries } from './order.ts';
import type { EntryLocation, Location } from './location.ts';
import { unknownField } from './unknown-key.ts';
import type { ListTrace } from './proposed.ts';

/** A difference before it is judged. */
export interface RawDifference {
  readonly kind: ChangeKind;
  readonly location: Location;
  readonly field: Field;
  /** In the live image; for an addition, where it would be (an entry without its index). */
  readonly livePlace: Place;
  /** In the proposed image; for a removal, where it was. */
  readonly proposedPlace: Place;
  readonly declaredPlace: Place;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
  /** The outermost list above it whose order matters: everything in that list comes from the same side. */
  readonly sequence?: SequenceStep;
  /**
   * Of a move: the live index of the entry that precedes it afterwards; undefined: it becomes the first of the old
   * entries.
   */
  readonly movesBehind?: number;
}

/** A list whose order matters, as a whole. */
export interface SequenceStep {
  readonly location: Location | undefined;
  readonly field: Field;
  readonly before: Value | undefined;
  readonly after: Value | undefined;
}

export interface DiffInput {
  readonly catalog: Catalog;
  readonly live: Tree;
  readonly proposed: Tree;
  /** How lists of the proposed image were derived; lists that it doesn't contain are paired here. */
  readonly traces?: WeakMap<readonly Value[], ListTrace>;
}

interface At {
  readonly location: Location | undefined;
  readonly livePlace: Place;
  readonly proposedPlace: Place;
  readonly declaredPlace: Place;
  readonly sequence: SequenceStep | undefined;
  readonly insideList: boolean;
}

const TOP: At = {
  location: undefined,
  livePlace: [],
  proposedPlace: [],
  declaredPlace: [],
  sequence: undefined,
  insideList: false,
};

/** In plan order: sections in the order of the catalog, entries in live order, new ones last. */
export function diff(input: DiffInput): RawDifference[] {
  const found: RawDifference[] = [];
  compareMembers(input, found, input.catalog.root, input.live, input.proposed, TOP);
  return found;
}

function compare(
  input: DiffInput,
  found: RawDifference[],
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  at: At,
): void {
  if (before === after) return;
  if (isMapping(field, before, after, at)) {
    compareMembers(input, found, field, treeOf(before), treeOf(after), at);
  } else if (field.kind === 'list' && isLists(before, after, at) && !isDefault(field, before)) {
    compareLists(input, found, field, before, after, at);
  } else if (!sameAt(field, before, after)) {
    found.push(difference(kindOf(before, after), field, before, after, at));
  }
}

/**
 * Outside lists, an absent section counts as empty, so that its members are named. An entry gains or loses a section
 * as a whole.
 */
function isMapping(field: Field, before: Value | undefined, after: Value | undefined, at: At): boolean {
  if (field.kind === 'any') return !field.json && isTree(before) && isTree(after);
  if (field.kind !== 'struct' && field.kind !== 'map') return false;
  return at.insideList ? isTree(before) && isTree(after) : after !== undefined;
}

function isLists(before: Value | undefined, after: Value | undefined, at: At): boolean {
  return at.insideList ? isList(before) && isList(after) : after !== undefined;
}

/** A list that the gateway wrote itself: nobody added its entries one by one. */
const isDefault = (field: Field, before: Value | undefined): boolean =>
  isList(before) && before.length > 0 && canonical(field, before) === undefined;

function kindOf(before: Value | undefined, after: Value | undefined): ChangeKind {
  if (before === undefined) return 'add';
  return after === undefined ? 'remove' : 'update';
}

function difference(
  kind: ChangeKind,
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  at: At,
): RawDifference {
  const { location, livePlace, proposedPlace, declaredPlace, sequence } = at;
  return {
    kind,
    location: location as Location, // the root itself never differs: it is a mapping on both sides
    field,
    livePlace,
    proposedPlace,
    declaredPlace,
    before,
    after,
    ...(sequence && { sequence }),
  };
}

function compareMembers(
  input: DiffInput,
  found: RawDifference[],
  field: Field,
  before: Tree,
  after: Tree,
  at: At,
): void {
  for (const name of memberNames(field, before, after)) {
    if (before[name] === after[name]) continue;
    const child = input.catalog.child(field, name) ?? unknownField(field, name);
    compare(input, found, child, before[name], after[name], inMember(at, name));
  }
}

/** The catalog's order for known keys, then the order of the images. */
function memberNames(field: Field, before: Tree, after: Tree): Iterable<string> {
  const there = new Set([...Object.keys(before), ...Object.keys(after)]);
  if (!field.fields) return there;
  const known = [...field.fields.keys()].filter((name) => there.delete(name));
  return [...known, ...there];
}

function inMember(at: At, name: string): At {
  return {
    ...at,
    location: { up: at.location, key: name },
    livePlace: [...at.livePlace, name],
    proposedPlace: [...at.proposedPlace, name],
    declaredPlace: [...at.declaredPlace, name],
  };
}

function compareLists(
  input: DiffInput,
  found: RawDifference[],
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  at: At,
): void {
  const was = listOf(before);
  const willBe = listOf(after);
  const trace = input.traces?.get(willBe) ?? tracePairing(field, was, willBe);
  const lists: Lists = { field, was, willBe, trace };
  const inside: At = {
    ...at,
    insideList: true,
    sequence: at.sequence ?? sequenceOf(field, before, after, at),
  };
  for (const [old, index] of inLiveOrder(lists)) compareEntry(input, found, lists, old, index, inside);
  for (const index of movedEntries(field, trace.live)) found.push(movedEntry(lists, index, inside));
}

interface Lists {
  readonly field: Field;
  readonly was: readonly Value[];
  readonly willBe: readonly Value[];
  readonly trace: ListTrace;
}

/** As `proposedImage` would have noted it, for a list that it took as it is declared. */
export function tracePairing(field: Field, was: readonly Value[], willBe: readonly Value[]): ListTrace {
  const { partner, left } = pair(field, was, willBe);
  const come = willBe.flatMap((_, index) => (partner[index] === undefined ? [index] : []));
  const renames = findRenames(field, was, willBe, left, come);
  return {
    live: partner.map((old, index) => old ?? renames.get(index)),
    declared: willBe.map((_, index) => index),
  };
}

function sequenceOf(
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  at: At,
): SequenceStep | undefined {
  if (!isOrdered(field)) return undefined;
  return { location: at.location, field, before, after };
}

/** Live entries with what happens to them, then the new ones. */
function* inLiveOrder({
  was,
  willBe,
  trace,
}: Lists): Generator<readonly [number | undefined, number | undefined]> {
  const becomes = new Map<number, number>();
  for (const [index, old] of trace.live.entries()) if (old !== undefined) becomes.set(old, index);
  for (const old of was.keys()) yield [old, becomes.get(old)];
  for (const index of willBe.keys()) if (trace.live[index] === undefined) yield [undefined, index];
}

function compareEntry(
  input: DiffInput,
  found: RawDifference[],
  lists: Lists,
  old: number | undefined,
  index: number | undefined,
  at: At,
): void {
  const before = old === undefined ? undefined : lists.was[old];
  const after = index === undefined ? undefined : lists.willBe[index];
  if (before === after) return;
  const item = lists.field.item ?? unknownField(lists.field, '[]');
  const inside = inEntry(lists, old, index, at);
  const renamed = before !== undefined && after !== undefined && changedIdentity(lists.field, before, after);
  if (renamed) found.push(difference('rename', item, before, after, inside));
  else compare(input, found, item, before, after, inside);
}

/** Only a rename gives partners a different identity. */
function changedIdentity(list: Field, before: Value, after: Value): boolean {
  if (!isTree(before) || !isTree(after)) return false;
  return list.identity.some((name) => {
    const field = list.item?.fields?.get(name);
    return field !== undefined && !sameAt(field, before[name], after[name]);
  });
}

function inEntry(lists: Lists, old: number | undefined, index: number | undefined, at: At): At {
  const declared = index === undefined ? undefined : lists.trace.declared[index];
  return {
    ...at,
    location: entryStep(lists, old, index, at),
    livePlace: old === undefined ? at.livePlace : [...at.livePlace, old],
    proposedPlace: index === undefined ? at.proposedPlace : [...at.proposedPlace, index],
    declaredPlace: declared === undefined ? at.declaredPlace : [...at.declaredPlace, declared],
  };
}

function entryStep(lists: Lists, old: number | undefined, index: number | undefined, at: At): EntryLocation {
  const { field, was, willBe } = lists;
  const stands = index ?? old ?? 0;
  const value = (index === undefined ? was[stands] : willBe[stands]) as Value;
  return { up: at.location, list: field, value, index: stands, among: [was, willBe] };
}

function movedEntry(lists: Lists, index: number, at: At): RawDifference {
  const old = lists.trace.live[index] as number;
  const item = lists.field.item ?? unknownField(lists.field, '[]');
  const inside = inEntry(lists, old, index, at);
  const behind = lists.trace.live.slice(0, index).findLast((one) => one !== undefined);
  return {
    ...difference('move', item, lists.was[old], lists.willBe[index], inside),
    ...(behind !== undefined && { movesBehind: behind }),
  };
}
