// Pairs the entries of two lists: by identity, duplicates by similarity, renames if everything else is equal. Knows
// the catalog's annotations, but no single key.
import type { Field } from '../../gateway/catalog/field.ts';
import { canonical, sameAt } from '../../gateway/model/equal.ts';
import { isList, isTree, sameValue, type Tree, type Value } from '../../lib/value.ts';
import { canonicalJson, substanceOf } from '../../lib/stable-json.ts';

/** For each entry of the second list, the index of its partner in the first. */
export interface Pairing {
  readonly partner: readonly (number | undefined)[];
  /** Indexes of the first list without a partner. */
  readonly left: readonly number[];
}

/**
 * Up to this many entries of one identity are paired by similarity; more only by equality and order, to stay linear.
 */
const MANY_DUPLICATES = 32;

/** Whether entries of this list are found by identity, not by position. */
export function hasIdentity(list: Field): boolean {
  return list.identity.length > 0 || list.collection === 'set';
}

/** Equal exactly for the same entry; duplicates share it. */
export function identityOf(list: Field, entry: Value): string {
  if (!isTree(entry)) return typeof entry === 'string' ? entry : (substanceOf(entry) ?? '');
  if (list.identity.length === 0) return substanceOf(entry) ?? '';
  if (list.identity.length === 1) return memberText(entry, list.identity[0] as string);
  return list.identity.map((name) => memberText(entry, name)).join('\n');
}

export function memberText(entry: Tree, name: string): string {
  const value = entry[name];
  return typeof value === 'string' ? value : (substanceOf(value) ?? '');
}

/** Pairs `after` with `before`; linear except for duplicates. */
export function pair(list: Field, before: readonly Value[], after: readonly Value[]): Pairing {
  if (!hasIdentity(list)) return pairByPosition(list, before, after);
  const places = new Places(list, before);
  const partner: (number | undefined)[] = after.map(() => undefined);
  const claimed = new Map<number, number>();
  const contested = new Map<string, number[]>();
  for (const [index, entry] of after.entries()) {
    const identity = identityOf(list, entry);
    const place = places.first.get(identity);
    if (place === undefined) continue;
    const rival = claimed.get(place);
    if (rival === undefined) claimed.set(place, index);
    else if (!contested.has(identity)) contested.set(identity, [rival]);
    if (rival !== undefined) append(contested, identity, index);
    else if (places.shared.has(identity)) contested.set(identity, [index]);
    else partner[index] = place;
  }
  for (const [identity, indexes] of contested) {
    const group = places.shared.get(identity) ?? [places.first.get(identity) ?? 0];
    pairDuplicates(list, before, after, group, indexes, partner);
  }
  return { partner, left: leftOf(before.length, partner) };
}

/** Indexes by identity; nearly all identities occur once. */
class Places {
  readonly first = new Map<string, number>();
  /** All indexes of identities that occur more than once. */
  readonly shared = new Map<string, number[]>();

  constructor(list: Field, entries: readonly Value[]) {
    for (const [index, entry] of entries.entries()) {
      const identity = identityOf(list, entry);
      const earlier = this.first.get(identity);
      if (earlier === undefined) this.first.set(identity, index);
      else if (this.shared.has(identity)) append(this.shared, identity, index);
      else this.shared.set(identity, [earlier, index]);
    }
  }
}

function append(groups: Map<string, number[]>, name: string, index: number): void {
  const group = groups.get(name);
  if (group) group.push(index);
  else groups.set(name, [index]);
}

/**
 * If nothing identifies the entries: equal entries at both ends stay, equal ones in the middle are the same entry
 * moved, and the rest is paired in order.
 */
function pairByPosition(list: Field, before: readonly Value[], after: readonly Value[]): Pairing {
  const old = before.map((entry) => formOf(list, entry));
  const fresh = after.map((entry) => formOf(list, entry));
  const { head, tail } = equalEnds(old, fresh);
  const shift = before.length - after.length;
  const partner: (number | undefined)[] = after.map((_, index) => {
    if (index < head) return index;
    return index >= after.length - tail ? index + shift : undefined;
  });
  const middle = range(head, before.length - tail);
  const free = new Set(middle);
  const waiting = takeEqual(old, fresh, free, range(head, after.length - tail), partner);
  const rest = middle.filter((index) => free.has(index));
  for (const [nth, index] of waiting.entries()) partner[index] = rest[nth];
  return { partner, left: leftOf(before.length, partner) };
}

function equalEnds(old: readonly string[], fresh: readonly string[]): { head: number; tail: number } {
  const shorter = Math.min(old.length, fresh.length);
  let head = 0;
  while (head < shorter && old[head] === fresh[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && old.at(-1 - tail) === fresh.at(-1 - tail)) tail += 1;
  return { head, tail };
}

function range(from: number, to: number): number[] {
  return Array.from({ length: Math.max(0, to - from) }, (_, nth) => from + nth);
}

function leftOf(count: number, partner: readonly (number | undefined)[]): number[] {
  const taken = new Uint8Array(count);
  for (const old of partner) if (old !== undefined) taken[old] = 1;
  const left: number[] = [];
  for (let index = 0; index < count; index += 1) if (taken[index] === 0) left.push(index);
  return left;
}

/** Equal ones first, then those with the most in common, then in order. */
function pairDuplicates(
  list: Field,
  before: readonly Value[],
  after: readonly Value[],
  group: readonly number[],
  indexes: readonly number[],
  partner: (number | undefined)[],
): void {
  const free = new Set(group);
  const others = takeSame(before, after, free, indexes, partner);
  const old = new Map([...free].map((index) => [index, formOf(list, before[index])]));
  const fresh = new Map(others.map((index) => [index, formOf(list, after[index])]));
  const waiting = takeEqual(old, fresh, free, others, partner);
  for (const [index, best] of closest(list, before, after, [...free], waiting)) partner[index] = best;
}

/** Pairs each waiting entry with the free one that has most in common with it, the best pairs first. */
function closest(
  list: Field,
  before: readonly Value[],
  after: readonly Value[],
  free: readonly number[],
  waiting: readonly number[],
): Map<number, number> {
  const pairs = waiting.flatMap((index, nth) =>
    free.map((old, place) => ({ index, old, apart: Math.abs(place - nth), likeness: 0 })),
  );
  if (free.length <= MANY_DUPLICATES && waiting.length <= MANY_DUPLICATES)
    for (const one of pairs)
      one.likeness = likenessOf(list.item, before[one.old] as Value, after[one.index] as Value);
  const found = new Map<number, number>();
  const taken = new Set<number>();
  for (const { index, old } of pairs.sort((a, b) => b.likeness - a.likeness || a.apart - b.apart)) {
    if (found.has(index) || taken.has(old)) continue;
    found.set(index, old);
    taken.add(old);
  }
  return found;
}

/**
 * Pairs entries that are the same value, which saves comparing their content; returns the indexes without a partner.
 */
function takeSame(
  before: readonly Value[],
  after: readonly Value[],
  free: Set<number>,
  indexes: readonly number[],
  partner: (number | undefined)[],
): number[] {
  const places = new Map([...free].toReversed().map((index) => [before[index], index])); // the first of equal ones
  return indexes.filter((index) => {
    const same = places.get(after[index]);
    if (same === undefined || !free.delete(same)) return true;
    partner[index] = same;
    return false;
  });
}

/** Returns the text of an entry by its index. */
type Texts = readonly string[] | ReadonlyMap<number, string>;

function textAt(texts: Texts, index: number): string {
  return ('get' in texts ? texts.get(index) : texts[index]) ?? '';
}

/** Pairs equal texts in order; returns the indexes without a partner. */
function takeEqual(
  old: Texts,
  fresh: Texts,
  free: Set<number>,
  indexes: readonly number[],
  partner: (number | undefined)[],
): number[] {
  const byText = new Map<string, number[]>();
  for (const index of [...free].toReversed()) append(byText, textAt(old, index), index);
  return indexes.filter((index) => {
    const equal = byText.get(textAt(fresh, index))?.pop();
    partner[index] = equal;
    if (equal !== undefined) free.delete(equal);
    return equal === undefined;
  });
}

/** How many members two entries share. A list counts by the share of items that both have. */
function likenessOf(item: Field | undefined, a: Value, b: Value): number {
  if (!isTree(a) || !isTree(b)) return 0;
  return Object.keys(b).reduce((sum, name) => {
    const field = item?.fields?.get(name);
    if (field ? sameAt(field, a[name], b[name]) : sameValue(a[name], b[name])) return sum + 1;
    return sum + commonPart(field, a[name], b[name]);
  }, 0);
}

function commonPart(list: Field | undefined, a: Value | undefined, b: Value | undefined): number {
  if (!list || !isList(a) || !isList(b)) return 0;
  const items = new Set(a.map((each) => formOf(list, each)));
  const common = b.filter((each) => items.has(formOf(list, each))).length;
  return common / Math.max(a.length, b.length, 1);
}

/** Entries without a partner that differ only in one identity member: the new index and the old one. */
export function findRenames(
  list: Field,
  before: readonly Value[],
  after: readonly Value[],
  gone: readonly number[],
  come: readonly number[],
): Map<number, number> {
  const renames = new Map<number, number>();
  if (gone.length === 0 || come.length === 0) return renames;
  for (const member of list.identity) {
    const candidates = new Map<string, number[]>();
    const taken = new Set(renames.values());
    for (const old of gone.filter((index) => !taken.has(index)).toReversed()) {
      const text = without(list, before[old], member);
      if (text !== undefined) append(candidates, text, old);
    }
    for (const index of come.filter((one) => !renames.has(one))) {
      const old = candidates.get(without(list, after[index], member) ?? '')?.pop();
      if (old !== undefined) renames.set(index, old);
    }
  }
  return renames;
}

/** Undefined if the entry consists only of this member: then nothing shows that it is the same entry. */
function without(list: Field, entry: Value | undefined, member: string): string | undefined {
  if (!isTree(entry)) return undefined;
  const { [member]: _, ...rest } = entry;
  const form = list.item && canonical(list.item, rest);
  return form === undefined ? undefined : canonicalJson(form);
}

/** The same text for entries that the gateway doesn't distinguish. */
function formOf(list: Field, entry: Value | undefined): string {
  const form = list.item ? canonical(list.item, entry) : entry;
  return form === undefined ? '' : canonicalJson(form);
}
