// What is to change in the declared tree so that it asks for another image: the smallest patch, lists in the order of the
// files where order means nothing. Pure; files and layers come later.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { canonical, sameAt } from '../../gateway/model/equal.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import type { Path } from '../../domain/path.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import type { Policy } from '../../domain/target.ts';
import { listOf, namesOfBoth, type Tree, treeOf, type Value, valueAt } from '../../lib/value.ts';
import { diff, type RawDifference, tracePairing } from '../../plan/diff/diff.ts';
import { isOrdered } from '../../plan/diff/order.ts';
import { type ListTrace, proposedImage } from '../../plan/diff/proposed.ts';
import type { Patch } from '../../yaml/splice/patch.ts';
import { withoutDefaults } from './new-value.ts';
import { PatchDraft } from './patch-draft.ts';
import type { Images } from './images.ts';

export interface DeclaredPatchInput {
  readonly catalog: Catalog;
  readonly declared: Tree;
  readonly images: Images;
  /** In the words of the files. */
  readonly policy: Pick<Policy, 'ignore' | 'ownership'>;
  readonly fingerprints: Fingerprints;
  readonly hash: (text: string) => string;
  /** Settings, lists and maps to declare as the image has them. */
  readonly declares: readonly Path[];
}

/** Undefined: the files ask for it already. */
export function declaredPatch(input: DeclaredPatchInput): Patch | undefined {
  const { catalog, declared, images } = input;
  const foreign = entriesOfOthers(input);
  const proposed = proposedImage({
    ...input,
    live: images.wanted,
    prune: [],
    placed: (path) => !foreign.has(path),
  });
  const found = diff({ catalog, live: images.wanted, proposed: proposed.image, traces: proposed.traces });
  const draft = new PatchDraft(declared, catalog);
  for (const difference of found)
    if (isStructural(difference)) arrangeList(draft, difference, declared, proposed.traces);
    else setMember(draft, difference);
  for (const path of input.declares) declare(draft, path, input);
  return draft.patch();
}

/** Of a map, the keys that nothing declares. */
function declare(draft: PatchDraft, path: Path, { catalog, declared, images }: DeclaredPatchInput): void {
  const names = path.map(({ name }) => String(name));
  const field = catalog.at(names);
  const value = valueAt(images.wanted, names);
  if (!field || value === undefined) return;
  if (field.kind !== 'map') return draft.set(names, withoutDefaults(field, value));
  const there = treeOf(valueAt(declared, names));
  for (const [name, member] of Object.entries(treeOf(value)))
    if (there[name] === undefined)
      draft.set([...names, name], field.value ? withoutDefaults(field.value, member) : member);
}

/** State paths of entries that stay on the gateway although nothing declares them: files that own only their entries. */
function entriesOfOthers(input: DeclaredPatchInput): ReadonlySet<string> {
  const seen = new Set<string>();
  const placed = (path: string): boolean => (seen.add(path), false);
  proposedImage({ ...input, live: input.images.planned, prune: [], placed });
  return seen;
}

const isStructural = ({ kind, location }: RawDifference): boolean =>
  'list' in location && (kind === 'add' || kind === 'remove' || kind === 'move');

function setMember(draft: PatchDraft, difference: RawDifference): void {
  const { kind, declaredPlace: place, before, after, field } = difference;
  if (kind !== 'rename') return setValue(draft, place, field, before);
  const [was, willBe] = [treeOf(before), treeOf(after)];
  for (const name of namesOfBoth(was, willBe)) {
    const member = field.fields?.get(name);
    if (!member || sameAt(member, was[name], willBe[name])) continue;
    setValue(draft, [...place, name], member, was[name]);
  }
}

function setValue(
  draft: PatchDraft,
  place: readonly (string | number)[],
  field: Field,
  value: Value | undefined,
): void {
  if (value === undefined || isNothingInEntry(place, field, value)) draft.remove(place);
  else draft.set(place, withoutDefaults(field, value));
}

/** In an entry, an empty value that means the same as a missing one; elsewhere what is declared stays declared. */
function isNothingInEntry(place: readonly (string | number)[], field: Field, value: Value): boolean {
  const isEmpty =
    value === '' || value === null || (typeof value === 'object' && Object.keys(value).length === 0);
  return isEmpty && place.some((step) => typeof step === 'number') && canonical(field, value) === undefined;
}

/** Once a list: the draft knows which it has. */
function arrangeList(
  draft: PatchDraft,
  { location, kind, declaredPlace, livePlace }: RawDifference,
  declared: Tree,
  traces: WeakMap<readonly Value[], ListTrace>,
): void {
  if (!('list' in location)) return;
  const isOwnPlace = kind === 'add' || (kind === 'move' && declaredPlace.length === livePlace.length);
  const place = isOwnPlace ? declaredPlace.slice(0, -1) : declaredPlace;
  if (draft.isArranged(place)) return;
  const [was = [], willBe = []] = location.among;
  const { list } = location;
  const trace = traces.get(willBe) ?? tracePairing(list, was, willBe);
  const now = listOf(valueAt(declared, place));
  draft.arrange(place, arranged(list, was, trace, now.length));
}

export type Item = { readonly from: number } | { readonly value: Value };

function arranged(list: Field, was: readonly Value[], trace: ListTrace, count: number): readonly Item[] {
  const declaredOf = new Map(
    trace.live.flatMap((old, i) => (old === undefined ? [] : [[old, trace.declared[i]] as const])),
  );
  const item = list.item ?? list;
  // A file can hold entries that the gateway drops when it loads it.
  const dropped = new Set(
    normaliseAt(list, was).dropped.flatMap(({ place }) => (place.length === 1 ? [place[0]] : [])),
  );
  const there: Item[] = was.flatMap((value, old): Item[] => {
    if (!declaredOf.has(old) && dropped.has(old)) return [];
    if (!declaredOf.has(old)) return [{ value: withoutDefaults(item, value) }];
    const from = declaredOf.get(old);
    return from === undefined ? [] : [{ from }];
  });
  const judged = new Set(trace.declared);
  const kept = new Set([
    ...there.flatMap((one) => ('from' in one ? [one.from] : [])),
    // The gateway drops these; the files say them all the same.
    ...Array.from({ length: count }, (_, i) => i).filter((i) => !judged.has(i)),
  ]);
  if (!isOrdered(list)) {
    const inOrder = [...kept].toSorted((a, b) => a - b).map((from) => ({ from }));
    return [...inOrder, ...there.filter((one) => 'value' in one)];
  }
  const unjudged = [...kept].filter((i) => !judged.has(i)).toSorted((a, b) => a - b);
  return unjudged.reduce<readonly Item[]>((items, from) => {
    const at = items.findIndex((one) => 'from' in one && one.from === from - 1);
    return [...items.slice(0, at + 1), { from }, ...items.slice(at + 1)];
  }, there);
}
