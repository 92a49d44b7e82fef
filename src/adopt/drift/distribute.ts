// A patch of the merged tree as edits of the files: each where the layer that declares the place has it, what is new
// where its neighbours are. What no file can be edited for is a problem with its line.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { sameAt } from '../../gateway/model/equal.ts';
import { formatPath } from '../../domain/path.ts';
import { type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import { isTree, sameValue, type Tree, type Value, valueAt, withValue } from '../../lib/value.ts';
import { type Located, type LocatedList, pathTo, valueOf } from '../../yaml/located.ts';
import { type ItemStep, type Patch, patchValue } from '../../yaml/splice/patch.ts';
import { FileEdits, type LinesEdit } from './file-edits.ts';
import type { Override } from './override.ts';
import {
  listSpots,
  type ListSpot,
  memberSpots,
  positionText,
  type Repeating,
  repeatingIn,
  scalarAt,
  type SourceTree,
  type Spot,
} from './source-tree.ts';

export interface DistributeInput {
  /** With secrets as references. */
  readonly patch: Patch;
  /** The same with the values. */
  readonly plain: Patch;
  readonly root: Located;
  /** The lowest layer first. */
  readonly files: readonly SourceTree[];
  /** Where new things go, in place of where their neighbours are. */
  readonly into?: SourceTree | undefined;
  /** Where a new section goes; undefined: to the file that declares the most. */
  readonly home?: ((section: string) => SourceTree | undefined) | undefined;
  /** What a file that other targets read declares is said otherwise in a file above it. */
  readonly override?: Override | undefined;
  readonly catalog: Catalog;
}

export interface Distributed {
  readonly edits: readonly FileEdits[];
  readonly lines: readonly LinesEdit[];
  readonly problems: readonly Problem[];
}

export function distribute(input: DistributeInput): Distributed {
  const walk = new Distribution(input);
  const spots = input.files.map((file): Spot => ({ file, steps: [], node: file.root }));
  walk.patch(input.patch, input.plain, input.root, spots, []);
  return { edits: [...walk.edits.values()], lines: [...walk.lines.values()], problems: walk.problems };
}

type Place = readonly (string | number)[];

class Distribution {
  readonly edits = new Map<string, FileEdits>();
  readonly lines = new Map<string, LinesEdit>();
  readonly problems: Problem[] = [];
  readonly #input: DistributeInput;

  constructor(input: DistributeInput) {
    this.#input = input;
  }

  patch(patch: Patch, plain: Patch, node: Located, spots: readonly Spot[], place: Place): void {
    if (patch.kind === 'map' && plain.kind === 'map') this.#map(patch, plain, node, spots, place);
    else if (patch.kind === 'list' && plain.kind === 'list' && node.kind === 'list')
      this.#list(patch.items, plain.items, node, spots, place);
    else this.#refuse(node.position, place, "it can't be edited in these files");
  }

  #map(
    { keys }: Extract<Patch, { kind: 'map' }>,
    plain: Extract<Patch, { kind: 'map' }>,
    node: Located,
    spots: readonly Spot[],
    place: Place,
  ): void {
    for (const [name, step] of keys) {
      const member = node.kind === 'map' ? node.members.get(name) : undefined;
      const inner = memberSpots(spots, name);
      const at = [...place, name];
      const meant = plain.keys.get(name);
      if (step.kind === 'remove') this.#remove(inner, member?.position ?? node.position, at);
      else if (step.kind === 'replace') this.#set(step.value, member?.node, inner, spots, at);
      else if (step.kind === 'rename')
        continue; // no edit of declared names is one
      else if (!member) this.#add(patchValue(undefined, step), spots, at);
      else if (meant && meant.kind !== 'remove' && meant.kind !== 'rename')
        this.patch(step, meant, member.node, inner, at);
    }
  }

  #remove(spots: readonly Spot[], position: Position, place: Place): void {
    if (spots.length === 0)
      return this.#refuse(position, place, 'the file that declares it has another layout');
    for (const { file, steps } of spots) this.#editsOf(file).remove(steps);
  }

  #set(
    value: Value,
    node: Located | undefined,
    inner: readonly Spot[],
    parents: readonly Spot[],
    place: Place,
  ): void {
    if (!node) return this.#add(value, parents, place);
    const isHere = (spot: Spot): boolean => positionText(spot.node.position) === positionText(node.position);
    const owner = inner.find(isHere) ?? inner.at(-1) ?? this.#scalarAt(node);
    if (!owner) return this.#refuse(node.position, place, 'the file that declares it has another layout');
    const isScalar = node.kind === 'scalar' && typeof value !== 'object';
    const above = isScalar ? this.#fileAbove(owner, place) : undefined;
    if (above) return this.#editsOf(above).set(place, value);
    this.#editsOf(owner.file).set(owner.steps, value);
    if (node.kind === 'scalar') return;
    for (const { file, steps } of inner) if (file !== owner.file) this.#editsOf(file).remove(steps);
  }

  #scalarAt({ position }: Located): Spot | undefined {
    const file = this.#input.files.find(({ shown }) => shown === position.file);
    return file && scalarAt(file, position);
  }

  #add(value: Value, parents: readonly Spot[], place: Place): void {
    const { into } = this.#input;
    if (into && place.every((step) => typeof step === 'string')) return this.#editsOf(into).set(place, value);
    const own = place.length === 1 ? this.#input.home?.(String(place[0])) : undefined;
    if (own) return this.#editsOf(own).set(place, value);
    const home = homeOf(parents);
    if (!home) return this.#refuse(this.#input.root.position, place, 'no file declares anything beside it');
    const above = this.#fileAbove(home, place);
    if (above) return this.#editsOf(above).set(place, value);
    this.#editsOf(home.file).set([...home.steps, place.at(-1) ?? ''], value);
  }

  /** Lists are merged by rules of their own, so what is in one stays where it is. */
  #fileAbove({ file }: Spot, place: Place): SourceTree | undefined {
    const { override } = this.#input;
    const isInMappings = place.every((step) => typeof step === 'string');
    return isInMappings && override?.shared.has(file.path) ? override.fileFor(String(place[0])) : undefined;
  }

  // ── lists ──────────────────────────────────────────────────────────────────────────────────────────────────────

  #list(
    items: readonly ItemStep[],
    plain: readonly ItemStep[],
    node: LocatedList,
    spots: readonly Spot[],
    place: Place,
  ): void {
    const { identity = [] } = this.#input.catalog.at(place.map(String)) ?? {};
    const lists = listSpots(spots, node, identity);
    if (lists.length === 0)
      return this.#refuse(node.position, place, 'the file that declares it has another layout');
    const kept = new Map(
      items.flatMap((step, i) =>
        'from' in step ? [[step.from, { step, plain: plain[i] ?? step }] as const] : [],
      ),
    );
    const work: ListWork = { items, plain, node, lists, kept, place, fresh: new Map() };
    this.#placeNew(work);
    for (const list of lists) this.#arrange(list, work);
    for (const [from, { step, plain: meant }] of kept)
      if ('from' in step && 'from' in meant && step.patch && meant.patch)
        this.#inItem(from, step.patch, meant.patch, work);
  }

  /** New entries: a line of a repeated entry that they are like, the file that was asked for, or beside their neighbour. */
  #placeNew(work: ListWork): void {
    const { items, plain, lists, place } = work;
    const apart: Value[] = [];
    let last: ListSpot | undefined;
    items.forEach((step, i) => {
      if ('from' in step)
        last = lists.find(({ makes }) => makes.some((all) => all.includes(step.from))) ?? last;
      else if (this.#asLine(plain[i], work)) return;
      else if (this.#isElsewhere(work)) apart.push(step.value);
      else work.fresh.set(i, last ?? nextOf(items, i, lists) ?? (lists.at(-1) as ListSpot));
    });
    if (apart.length > 0 && this.#input.into) this.#editsOf(this.#input.into).append(place, apart);
  }

  #isElsewhere({ lists, place }: ListWork): boolean {
    const { into } = this.#input;
    if (!into || place.some((step) => typeof step === 'number')) return false;
    return lists.length > 1 || lists[0]?.file.path !== into.path;
  }

  #asLine(step: ItemStep | undefined, { lists, node, place }: ListWork): boolean {
    if (!step || 'from' in step) return false;
    const item = this.#input.catalog.at(place.map(String))?.item;
    for (const { node: list, makes } of lists)
      for (const [i, raw] of list.items.entries()) {
        const repeating = repeatingIn(raw);
        const like = node.items[makes[i]?.[0] ?? -1];
        if (repeating?.kind !== 'lines' || !like) continue;
        const value = memberAt(step.value, repeating.steps);
        if (typeof value !== 'string' || !isLine(value)) continue;
        const same = withMember(valueOf(like), repeating.steps, value);
        if (item ? !sameAt(item, step.value, same) : !sameValue(step.value, same)) continue;
        this.#linesOf(repeating).add.push(value);
        return true;
      }
    return false;
  }

  #arrange(list: ListSpot, work: ListWork): void {
    const order: Item[] = [];
    const seen = new Set<number>();
    work.items.forEach((step, i) => {
      if (!('from' in step)) {
        if (work.fresh.get(i) === list) order.push({ value: step.value });
        return;
      }
      list.makes.forEach((all, raw) => {
        if (!all.includes(step.from) || seen.has(raw)) return;
        seen.add(raw);
        order.push({ from: raw });
      });
    });
    list.makes.forEach((all, raw) => {
      if (all.length === 0 && !seen.has(raw))
        insertBehind(order, raw); // nothing came of it: a `$remove`
      else if (seen.has(raw)) this.#dropLines(list.node.items[raw] as Located, all, work);
    });
    // An empty list would say that there are no entries, those of other layers included.
    const isSpent = order.length === 0 && list.makes.length > 0 && work.lists.length > 1;
    if (isSpent && work.items.length > 0) this.#editsOf(list.file).remove(list.steps);
    else this.#editsOf(list.file).arrange(list.steps, order);
  }

  /** Of an entry that repeats, the lines of those that go. */
  #dropLines(raw: Located, makes: readonly number[], { kept, node, place }: ListWork): void {
    const gone = makes.filter((from) => !kept.has(from));
    if (gone.length === 0) return;
    const repeating = repeatingIn(raw);
    if (repeating?.kind !== 'lines')
      return this.#refuse(raw.position, place, `one of several entries that ${textOf(raw)} makes is gone`);
    for (const from of gone) {
      const value = memberAt(valueOf(node.items[from] as Located), repeating.steps);
      if (value !== undefined) this.#linesOf(repeating).remove.push(String(value));
    }
  }

  #inItem(from: number, patch: Patch, plain: Patch, work: ListWork): void {
    const { lists, node, kept, place } = work;
    const spots = lists.flatMap(({ file, steps, node: list, makes }) =>
      makes.flatMap((all, raw) =>
        all.includes(from) ? [{ file, steps: [...steps, raw], node: list.items[raw] as Located, all }] : [],
      ),
    );
    const item = node.items[from] as Located;
    const shared = spots.find(({ node: raw }) => repeatingIn(raw));
    if (shared) {
      if (this.#isLineEdit(shared, plain, item)) return;
      const others = shared.all.map((one) => kept.get(one)?.plain);
      const isSame = others.every((one) => one && 'from' in one && isSamePatch(one.patch, plain));
      if (!isSame)
        return this.#refuse(
          shared.node.position,
          [...place, from],
          `${textOf(shared.node)} makes several entries, of which one changed`,
        );
    }
    if (patch.kind === 'replace') return this.#replaceItem(patch.value, spots, item, [...place, from]);
    this.patch(patch, plain, item, spots, [...place, from]);
  }

  /** Only the line itself changed. */
  #isLineEdit({ node: raw }: Spot, plain: Patch, item: Located): boolean {
    const repeating = repeatingIn(raw);
    if (repeating?.kind !== 'lines') return false;
    const [name] = repeating.steps;
    const step =
      plain.kind === 'map' && plain.keys.size === 1 && name !== undefined ? plain.keys.get(name) : plain;
    if (step?.kind !== 'replace' || repeating.steps.length > 1 || typeof step.value !== 'string')
      return false;
    const was = memberAt(valueOf(item), repeating.steps);
    if (typeof was !== 'string' || !isLine(step.value)) return false;
    this.#linesOf(repeating).replace.set(was, step.value);
    return true;
  }

  #replaceItem(value: Value, spots: readonly Spot[], item: Located, place: Place): void {
    const owner = spots.find(({ node }) => positionText(node.position) === positionText(item.position));
    if (!owner) return this.#refuse(item.position, place, "it can't be edited in these files");
    this.#editsOf(owner.file).set(owner.steps, value);
  }

  // ── where it goes ──────────────────────────────────────────────────────────────────────────────────────────────

  #editsOf(file: SourceTree): FileEdits {
    const known = this.edits.get(file.path) ?? new FileEdits(file, this.#input.catalog);
    this.edits.set(file.path, known);
    return known;
  }

  #linesOf({ argument }: Repeating): LinesEdit {
    const known = this.lines.get(argument) ?? {
      path: argument,
      add: [],
      remove: [],
      replace: new Map<string, string>(),
    };
    this.lines.set(argument, known);
    return known;
  }

  #refuse(position: Position, place: Place, why: string): void {
    const path = formatPath(pathTo(this.#input.root, place.map(String)));
    this.problems.push(problem('HF2093', `\`${path}\` can't be adopted: ${why}`, { position, path }));
  }
}

interface ListWork {
  readonly items: readonly ItemStep[];
  readonly plain: readonly ItemStep[];
  readonly node: LocatedList;
  readonly lists: readonly ListSpot[];
  /** By the index in the merged list. */
  readonly kept: ReadonlyMap<number, { readonly step: ItemStep; readonly plain: ItemStep }>;
  readonly place: Place;
  /** The file that each new item goes to, by its index in `items`. */
  readonly fresh: Map<number, ListSpot>;
}

type Item = { readonly from: number } | { readonly value: Value };

/** An old item of the list comes behind the one that it was behind, or first. */
function insertBehind(order: Item[], raw: number): void {
  const at = order.findIndex((one) => 'from' in one && one.from === raw - 1);
  order.splice(at + 1, 0, { from: raw });
}

function nextOf(items: readonly ItemStep[], at: number, lists: readonly ListSpot[]): ListSpot | undefined {
  for (const step of items.slice(at + 1))
    if ('from' in step) return lists.find(({ makes }) => makes.some((all) => all.includes(step.from)));
  return undefined;
}

/** The mapping with the most members; of equal ones that of the highest layer. */
function homeOf(spots: readonly Spot[]): Spot | undefined {
  const size = ({ node }: Spot): number => (node.kind === 'map' ? node.members.size : -1);
  return spots.reduce<Spot | undefined>(
    (best, spot) => (best && size(best) > size(spot) ? best : spot),
    undefined,
  );
}

/** A text that a file of lines gives back as it is. */
const isLine = (text: string): boolean =>
  text.trim() === text && text !== '' && !/[\r\n]/.test(text) && !text.startsWith('#');

const memberAt = (value: Value, steps: readonly string[]): Value | undefined =>
  steps.length === 0 ? value : valueAt(value, steps);

function withMember(value: Value, steps: readonly string[], member: Value): Value {
  return steps.length === 0 || !isTree(value) ? member : withValue(value as Tree, steps, member);
}

function textOf(raw: Located): string {
  const repeating = repeatingIn(raw);
  return repeating ? `\${${repeating.kind}:${repeating.argument}}` : 'an anchor';
}

function isSamePatch(a: Patch | undefined, b: Patch): boolean {
  if (!a || a.kind !== b.kind) return false;
  if (a.kind === 'replace' && b.kind === 'replace') return sameValue(a.value, b.value);
  if (a.kind !== 'map' || b.kind !== 'map' || a.keys.size !== b.keys.size) return false;
  return [...a.keys].every(([name, step]) => {
    const other = b.keys.get(name);
    if (!other || step.kind !== other.kind) return false;
    if (step.kind === 'remove') return true;
    return (
      step.kind !== 'rename' && other.kind !== 'remove' && other.kind !== 'rename' && isSamePatch(step, other)
    );
  });
}
