// Differences as RFC 6902, one operation each, and the image they lead to. The operations apply in order to the live
// image: members first, then removed entries from the last to the first, then moves, then added entries.
import jsonPatch from 'fast-json-patch';
import { isList, isTree, type Tree, type Value, valueAt } from '../../lib/value.ts';
import { pointerTo } from '../../domain/path.ts';
import type { Place } from '../types/difference.ts';
import type { RawDifference } from './diff.ts';
import { isOrdered } from './order.ts';

export interface Operation {
  readonly op: 'add' | 'remove' | 'replace' | 'move';
  readonly path: Place;
  readonly from?: Place;
  readonly value?: Value;
  /** Undefined for a container that another operation requires. */
  readonly difference?: RawDifference;
}

export interface Patched {
  readonly image: Tree;
  readonly operations: readonly Operation[];
  /** The path in the image of each difference's value; absent for removals. */
  readonly placeOf: ReadonlyMap<RawDifference, Place>;
}

/** Applies these differences, and nothing else, to the image they were found on. Doesn't change the input. */
export function makeDifferences(live: Tree, differences: readonly RawDifference[]): Patched {
  const lists = new ListPlans(live, differences);
  const members = differences.filter((one) => !isStructural(one));
  const operations = [
    ...containersFor(live, differences),
    ...members.flatMap(memberOperations),
    ...lists.operations(),
  ];
  const placeOf = new Map(
    differences.flatMap((one) => (one.kind === 'remove' ? [] : [[one, lists.finalPlace(one)] as const])),
  );
  return { image: apply(live, operations), operations, placeOf };
}

/** Whether it changes which entries a list has, or their order. */
function isStructural({ kind, location }: RawDifference): boolean {
  return 'list' in location && (kind === 'add' || kind === 'remove' || kind === 'move');
}

function memberOperations(difference: RawDifference): Operation[] {
  const { kind, livePlace: path, before, after } = difference;
  if (kind === 'remove') return [{ op: 'remove', path, difference }];
  if (kind === 'add') return [{ op: 'add', path, value: after as Value, difference }];
  if (kind !== 'rename') return [{ op: 'replace', path, value: after as Value, difference }];
  return renamedMembers(before, after).map(([name, value]) => ({
    op: isTree(before) && name in before ? 'replace' : 'add',
    path: [...path, name],
    value,
    difference,
  }));
}

function renamedMembers(before: Value | undefined, after: Value | undefined): [string, Value][] {
  if (!isTree(before) || !isTree(after)) return [];
  return Object.entries(after).filter(([name, value]) => value !== before[name]);
}

/** Sections and lists that are missing or null in the live image and get additions. */
function containersFor(live: Tree, differences: readonly RawDifference[]): Operation[] {
  const made = new Map<string, Operation>();
  for (const difference of differences) {
    const { livePlace } = difference;
    const steps = isStructural(difference) && difference.kind === 'add' ? livePlace : livePlace.slice(0, -1);
    for (let depth = 1; depth <= steps.length; depth += 1) {
      const path = steps.slice(0, depth);
      const pointer = pointerTo(path);
      const now = valueAt(live, path);
      if ((now !== undefined && now !== null) || made.has(pointer)) continue;
      const isTheList = depth === livePlace.length;
      made.set(pointer, { op: 'add', path, value: isTheList ? [] : {} });
    }
  }
  return [...made.values()];
}

/** The operations on each list that gains, loses or moves entries. */
class ListPlans {
  readonly #plans = new Map<string, ListPlan>();

  constructor(live: Tree, differences: readonly RawDifference[]) {
    for (const difference of differences.filter(isStructural))
      this.#planFor(live, difference).take(difference);
  }

  #planFor(live: Tree, { kind, livePlace }: RawDifference): ListPlan {
    const list = kind === 'add' ? livePlace : livePlace.slice(0, -1);
    const pointer = pointerTo(list);
    const known = this.#plans.get(pointer);
    if (known) return known;
    const entries = valueAt(live, list);
    const plan = new ListPlan(list, isList(entries) ? entries.length : 0);
    this.#plans.set(pointer, plan);
    return plan;
  }

  /** Inner lists first: their paths are those of the live image. */
  operations(): Operation[] {
    return [...this.#plans.values()]
      .toSorted((a, b) => b.place.length - a.place.length)
      .flatMap((plan) => plan.operations());
  }

  finalPlace(difference: RawDifference): Place {
    const { livePlace, kind } = difference;
    const added = kind === 'add' && isStructural(difference);
    const place: (string | number)[] = [];
    for (const [depth, step] of livePlace.entries()) {
      const plan =
        typeof step === 'number' ? this.#plans.get(pointerTo(livePlace.slice(0, depth))) : undefined;
      place.push(plan ? plan.finalIndex(step as number) : step);
    }
    if (added) place.push(this.#plans.get(pointerTo(livePlace))?.indexOfNew(difference) ?? 0);
    return place;
  }
}

/** A live entry by its index, or a new one. */
type Member = number | RawDifference;

class ListPlan {
  readonly place: Place;
  readonly #count: number;
  readonly #removed: RawDifference[] = [];
  readonly #added: RawDifference[] = [];
  readonly #moved: RawDifference[] = [];
  #arranged: { readonly operations: Operation[]; readonly order: Map<Member, number> } | undefined;

  constructor(place: Place, count: number) {
    this.place = place;
    this.#count = count;
  }

  take(difference: RawDifference): void {
    if (difference.kind === 'remove') this.#removed.push(difference);
    else if (difference.kind === 'add') this.#added.push(difference);
    else this.#moved.push(difference);
  }

  operations(): Operation[] {
    return this.#arrange().operations;
  }

  finalIndex(live: number): number {
    return this.#arrange().order.get(live) ?? live;
  }

  indexOfNew(difference: RawDifference): number {
    return this.#arrange().order.get(difference) ?? 0;
  }

  #arrange(): { readonly operations: Operation[]; readonly order: Map<Member, number> } {
    if (this.#arranged) return this.#arranged;
    const operations: Operation[] = [];
    let entries: Member[] = this.#withoutRemoved(operations);
    entries = this.#withMoved(entries, operations);
    this.#withAdded(entries, operations);
    this.#arranged = { operations, order: new Map(entries.map((entry, index) => [entry, index])) };
    return this.#arranged;
  }

  #withoutRemoved(operations: Operation[]): Member[] {
    const gone = new Map(this.#removed.map((one) => [one.livePlace.at(-1) as number, one]));
    for (const index of [...gone.keys()].toSorted((a, b) => b - a))
      operations.push({
        op: 'remove',
        path: [...this.place, index],
        difference: gone.get(index) as RawDifference,
      });
    return Array.from({ length: this.#count }, (_, index) => index).filter((index) => !gone.has(index));
  }

  /** Each moved entry goes directly after the entry that precedes it at the end, from the first to the last. */
  #withMoved(entries: readonly Member[], operations: Operation[]): Member[] {
    const movers = this.#moved.toSorted(
      (a, b) => (a.proposedPlace.at(-1) as number) - (b.proposedPlace.at(-1) as number),
    );
    const now = [...entries];
    for (const mover of movers) {
      const live = mover.livePlace.at(-1) as number;
      const from = now.indexOf(live);
      now.splice(from, 1);
      const to = this.#target(mover, now);
      now.splice(to, 0, live);
      operations.push({
        op: 'move',
        from: [...this.place, from],
        path: [...this.place, to],
        difference: mover,
      });
    }
    return now;
  }

  #target(mover: RawDifference, now: readonly Member[]): number {
    const predecessor = mover.movesBehind;
    return predecessor === undefined ? 0 : now.indexOf(predecessor) + 1;
  }

  /** At their positions in a list whose order matters, otherwise at the end. */
  #withAdded(entries: Member[], operations: Operation[]): void {
    for (const one of this.#added) {
      const ordered = 'list' in one.location && isOrdered(one.location.list);
      const index = ordered ? Math.min(one.proposedPlace.at(-1) as number, entries.length) : entries.length;
      entries.splice(index, 0, one);
      operations.push({
        op: 'add',
        path: [...this.place, index],
        value: one.after as Value,
        difference: one,
      });
    }
  }
}

/** Copies the containers on the path, and shares everything else with the live image. */
function apply(live: Tree, operations: readonly Operation[]): Tree {
  const copied = new Set<Value>();
  let image = live;
  for (const { path, from } of operations)
    for (const place of [path, from ?? []]) image = copyAlong(image, place.slice(0, -1), copied) as Tree;
  const patch = operations.map(({ op, path, from, value, difference }) => ({
    op,
    path: pointerTo(path),
    ...(from && { from: pointerTo(from) }),
    // Later operations fill a container. The copy keeps this operation unchanged.
    ...(value !== undefined && { value: difference ? value : structuredClone(value) }),
  }));
  // fast-json-patch types `value` as any and separates every `op`; the shapes are those of RFC 6902.
  return jsonPatch.applyPatch(image, patch as jsonPatch.Operation[], false, true, true).newDocument;
}

function copyAlong(value: Value, place: Place, copied: Set<Value>): Value {
  if (!isList(value) && !isTree(value)) return value;
  const own = copied.has(value) ? value : isList(value) ? [...value] : { ...value };
  copied.add(own);
  const [step, ...rest] = place;
  if (step === undefined) return own;
  const child = isList(own) ? own[step as number] : own[step];
  if (child === undefined) return own;
  // `own` was created here, so changing it doesn't change another image.
  (own as Record<string | number, Value>)[step] = copyAlong(child, rest, copied);
  return own;
}
