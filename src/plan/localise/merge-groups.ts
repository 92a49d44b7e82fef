// Builds a family of v8 credentials from the existing groups: untouched groups stay as they are, edits are made in
// place, new entries get a group of their own, and a group is removed only with its last key (design-v8 rules 16 to
// 18). Pure. Equality is decided by effective entries, never by grouping or names.
import type { Field } from '../../gateway/catalog/field.ts';
import { type EffectiveEntry, effectiveEntries, effectiveField } from '../../gateway/layout/effective.ts';
import type { Family } from '../../gateway/layout/table.ts';
import { canonical, sameAt } from '../../gateway/model/equal.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import type { Ownership } from '../../domain/target.ts';
import { isList, isTree, listOf, namesOfBoth, type Tree, type Value } from '../../lib/value.ts';
import { findRenames, pair } from '../diff/identity.ts';

export interface MergeGroupsInput {
  readonly family: Family;
  /** The family in the v8 catalog. */
  readonly field: Field;
  /** Groups in the file. */
  readonly live: readonly Value[];
  /** Declared groups. */
  readonly declared: readonly Value[];
  readonly ownership: Ownership;
  /** Whether Holdfast added this key of this group; called only for `entries` and `members`. */
  readonly placed: (group: number, key: number) => boolean;
  /** Whether this key was in this group at the last apply. It returns there, so that its removal is seen as one. */
  readonly wasIn?: (group: number, key: Tree) => boolean;
  /** Entries that the policy ignores. */
  readonly ignored?: (entry: Tree) => boolean;
}

type Step = string | number;

export interface MergedGroups {
  readonly groups: readonly Value[];
  /** Steps in `groups` with the steps of the declaration that they come from. */
  readonly origins: readonly (readonly [proposed: readonly Step[], declared: readonly Step[]])[];
}

export function mergeGroups(input: MergeGroupsInput): MergedGroups {
  return new Regrouping(input).all();
}

/** A live group while it is changed; `keys` by their live index, undefined once removed. */
interface LiveGroup {
  readonly at: number;
  group: Tree;
  readonly keys: (Tree | undefined)[];
  touched: boolean;
}

/** Keys of one group, by their live index, that need a different value for one member. */
interface MemberEdit {
  readonly name: string;
  readonly work: LiveGroup;
  readonly keys: Map<number, EffectiveEntry>;
}

/** A declared entry without a partner, or one that can't stay in its group. */
interface UnplacedEntry {
  readonly entry: EffectiveEntry;
  /** The declared group: unplaced entries of one declared group stay together. */
  readonly from: number;
}

class Regrouping {
  readonly #input: MergeGroupsInput;
  readonly #field: Field;
  readonly #work: (LiveGroup | undefined)[];
  readonly #now: readonly EffectiveEntry[];
  readonly #then: readonly EffectiveEntry[];
  readonly #unplaced: UnplacedEntry[] = [];
  /** Declared steps by live group and key. */
  readonly #from = new Map<string, readonly Step[]>();
  /** The edited members by group and key, or by group alone, with the declared steps. */
  readonly #edits = new Map<string, Map<string, readonly Step[]>>();

  constructor(input: MergeGroupsInput) {
    this.#input = input;
    this.#field = effectiveField(input.field);
    this.#work = input.live.map((group, at) =>
      isTree(group) ? { at, group, keys: keysOf(group), touched: false } : undefined,
    );
    this.#now = effectiveEntries(input.live, input.family);
    this.#then = effectiveEntries(input.declared, input.family);
  }

  all(): MergedGroups {
    const { partner, left } = this.#pairing();
    const edits: { readonly old: EffectiveEntry; readonly entry: EffectiveEntry }[] = [];
    this.#then.forEach((entry, i) => {
      const old = partner[i] === undefined ? undefined : this.#now[partner[i]];
      if (!old) this.#unplaced.push({ entry, from: Number(entry.place[0]) });
      else if (!this.#same(old, entry)) edits.push({ old, entry });
      if (old) this.#from.set(old.place.join('/'), entry.place);
    });
    const isSame = edits.length + this.#unplaced.length === 0 && this.#areWithoutEffect(left);
    if (!isSame) for (const index of left) this.#remove(this.#now[index]);
    this.#editAll(edits);
    this.#join();
    const come = this.#unplaced.splice(0);
    this.#unplaced.push(...come.filter((one) => !this.#returns(one.entry)));
    return this.#finish();
  }

  /** Puts a key that the group lost back into it, if the group can express it. */
  #returns(entry: EffectiveEntry): boolean {
    const { family, wasIn } = this.#input;
    const secret = entry.entry['api-key'];
    if (!wasIn || secret === undefined) return false;
    for (const work of this.#work) {
      if (!work || !wasIn(work.at, { 'api-key': secret })) continue;
      const inherited = effectiveEntries([{ ...work.group, keys: [{ 'api-key': secret }] }], family)[0];
      const own = inherited && this.#changed(inherited, entry);
      if (!own?.every((name) => entry.entry[name] !== undefined && this.#isOnKeys(name))) continue;
      this.#from.set(`${work.at}/keys/${work.keys.length}`, entry.place);
      work.keys.push({
        'api-key': secret,
        ...Object.fromEntries(own.map((name) => [name, entry.entry[name] as Value])),
      });
      work.touched = true;
      return true;
    }
    return false;
  }

  #isOnKeys(name: string): boolean {
    return this.#input.field.item?.fields?.get('keys')?.item?.fields?.has(name) === true;
  }

  #pairing(): { readonly partner: readonly (number | undefined)[]; readonly left: readonly number[] } {
    const held = (entries: readonly EffectiveEntry[]): readonly Value[] => entries.map(({ entry }) => entry);
    const [now, then] = [held(this.#now), held(this.#then)];
    const { partner, left } = pair(this.#field, now, then);
    const come = partner.flatMap((old, i) => (old === undefined ? [i] : []));
    const gone = left.filter((index) => this.#goes(this.#now[index]));
    const renames = findRenames(this.#field, now, then, gone, come);
    const renamed = new Set(renames.values());
    return {
      partner: partner.map((old, i) => old ?? renames.get(i)),
      left: gone.filter((index) => !renamed.has(index)),
    };
  }

  /** Whether the gateway drops all of these at load: then the family is already as declared. */
  #areWithoutEffect(indexes: readonly number[]): boolean {
    if (indexes.length === 0) return true;
    const { dropped } = normaliseAt(
      this.#field,
      this.#now.map(({ entry }) => entry),
    );
    const without = new Set(dropped.flatMap(({ place }) => (place.length === 1 ? [Number(place[0])] : [])));
    return indexes.every((index) => without.has(index));
  }

  #goes(entry: EffectiveEntry | undefined): boolean {
    if (!entry || this.#input.ignored?.(entry.entry)) return false;
    const [group, , key] = entry.place;
    return this.#input.ownership === 'whole' || this.#input.placed(Number(group), Number(key));
  }

  #same(old: EffectiveEntry, entry: EffectiveEntry): boolean {
    return this.#changed(old, entry).length === 0;
  }

  /** Names of the members that need a different value. */
  #changed(old: EffectiveEntry, { entry }: EffectiveEntry): readonly string[] {
    if (this.#input.ignored?.(old.entry)) return [];
    const names = this.#input.ownership === 'members' ? Object.keys(entry) : namesOfBoth(old.entry, entry);
    return [...names].filter((name) => {
      const field = this.#field.item?.fields?.get(name);
      return field !== undefined && !sameAt(field, old.entry[name], normal(field, entry[name]));
    });
  }

  #remove(entry: EffectiveEntry | undefined): void {
    const work = entry && this.#work[Number(entry.place[0])];
    if (!work) return;
    work.keys[Number(entry.place[2])] = undefined;
    work.touched = true;
  }

  #editAll(edits: readonly { readonly old: EffectiveEntry; readonly entry: EffectiveEntry }[]): void {
    const perMember = new Map<string, MemberEdit>();
    for (const { old, entry } of edits) {
      const work = this.#work[Number(old.place[0])];
      const key = Number(old.place[2]);
      if (!work) continue;
      for (const name of this.#changed(old, entry)) {
        const id = `${work.at}/${name}`;
        const known = perMember.get(id) ?? { name, work, keys: new Map<number, EffectiveEntry>() };
        known.keys.set(key, entry);
        perMember.set(id, known);
      }
    }
    for (const edit of perMember.values()) this.#editMember(edit);
  }

  #editMember({ name, work, keys }: MemberEdit): void {
    work.touched = true;
    const heirs = this.#heirs(name, work, keys);
    const [first] = heirs.values();
    if (first) {
      work.group = withMember(work.group, name, first.entry[name]);
      this.#noteEdit(`${work.at}`, name, first.members.get(name) ?? first.place);
    }
    for (const [index, entry] of keys) if (!heirs.has(index)) this.#editKey(name, work, index, entry);
  }

  /**
   * The keys that inherit the member, if the group itself can express the value for all of them: it has no key of
   * others, and the group sets the member now, or its declaration does, or there is only one key. Empty: each key
   * sets it.
   */
  #heirs(name: string, work: LiveGroup, keys: MemberEdit['keys']): ReadonlyMap<number, EffectiveEntry> {
    const none = new Map<number, EffectiveEntry>();
    const field = this.#field.item?.fields?.get(name);
    const left = work.keys.flatMap((key, i) => (key ? [i] : []));
    const isOurs = left.every((i) => this.#from.has(`${work.at}/keys/${i}`));
    if (!field || !isOurs || (name !== 'base-url' && !this.#isShared(name))) return none;
    const inheriting = left.filter((i) => ownOf(work.keys[i], name) === undefined);
    const heirs = new Map(inheriting.flatMap((i) => keyed(i, keys.get(i))));
    if (heirs.size < inheriting.length) return none;
    const [first, ...others] = heirs.values();
    if (!first || !others.every((other) => this.#isEqual(field, first.entry[name], other.entry[name])))
      return none;
    const onGroup = (work.group[name] ?? undefined) !== undefined || name === 'base-url';
    return onGroup || left.length === 1 || isOfOneGroup(name, [...heirs.values()]) ? heirs : none;
  }

  #isEqual(field: Field, a: Value | undefined, b: Value | undefined): boolean {
    return sameAt(field, normal(field, a), normal(field, b));
  }

  #isShared(name: string): boolean {
    const { family } = this.#input;
    return family.form === 'groups' && family.shared.has(name);
  }

  #editKey(name: string, work: LiveGroup, index: number, entry: EffectiveEntry): void {
    const raw = work.keys[index];
    if (!raw) return; // moved out by another member
    const key = this.#knownOf(raw);
    const value = entry.entry[name];
    const inherited = work.group[name];
    const isInherited =
      (this.#isShared(name) || name === 'base-url') && inherited !== undefined && inherited !== null;
    if (name === 'base-url') return this.#moveOut(work, index, entry);
    const field = this.#field.item?.fields?.get(name);
    if (isInherited && field && this.#isEqual(field, inherited, value))
      work.keys[index] = withMember(key, name, undefined);
    else if (value !== undefined || !isInherited) work.keys[index] = withMember(key, name, value);
    else {
      const zero = this.#zeroOf(name);
      if (zero === undefined) return this.#moveOut(work, index, entry);
      work.keys[index] = withMember(key, name, zero);
    }
    this.#noteEdit(`${work.at}/keys/${index}`, name, entry.members.get(name) ?? entry.place);
  }

  /** What the gateway doesn't know is removed when its key is written. */
  #knownOf(key: Tree): Tree {
    const { fields } = this.#field.item ?? {};
    return Object.fromEntries(Object.entries(key).filter(([name]) => fields?.has(name)));
  }

  #noteEdit(place: string, name: string, from: readonly Step[]): void {
    this.#edits.set(place, (this.#edits.get(place) ?? new Map<string, readonly Step[]>()).set(name, from));
  }

  /** What overrides the group and means the same as nothing; pointer fields have no such value. */
  #zeroOf(name: string): Value | undefined {
    const field = this.#field.item?.fields?.get(name);
    if (!field || field.pointer) return undefined;
    if (field.kind === 'list') return [];
    if (field.kind === 'map' || field.kind === 'struct') return {};
    const zero =
      field.kind === 'boolean' ? false : field.kind === 'string' || field.kind === 'duration' ? '' : 0;
    return canonical(field, zero) === undefined ? zero : undefined;
  }

  /**
   * A key that can't express the value inside its group leaves it: for a group that has the declared value, or for
   * one of its own with all its current or declared values.
   */
  #moveOut(work: LiveGroup, index: number, proposed: EffectiveEntry): void {
    const old = this.#now.find(({ place }) => place[0] === work.at && place[2] === index);
    work.keys[index] = undefined;
    if (this.#input.ownership !== 'members')
      return void this.#unplaced.push({ entry: proposed, from: Number(proposed.place[0]) });
    const entry = { ...proposed, entry: { ...old?.entry, ...proposed.entry } };
    this.#unplaced.push({ entry, from: -1 - this.#unplaced.length });
  }

  /**
   * A key that was added to a declared group goes to the live group that has its other keys, if the two have the
   * same values.
   */
  #join(): void {
    const homes = new Map<number, LiveGroup>();
    for (const [place, from] of this.#from) {
      const work = this.#work[Number(place.split('/')[0])];
      if (work && this.#saysTheSame(work.group, this.#input.declared[Number(from[0])]))
        homes.set(Number(from[0]), work);
    }
    const waiting = this.#unplaced.splice(0);
    for (const unplacedEntry of waiting) {
      const home = homes.get(unplacedEntry.from);
      const key = home && this.#declaredKey(unplacedEntry.entry);
      if (!home || !key) this.#unplaced.push(unplacedEntry);
      else {
        home.touched = true;
        home.keys.push(key);
        this.#from.set(`${home.at}/keys/${home.keys.length - 1}`, unplacedEntry.entry.place);
      }
    }
  }

  #declaredKey({ place }: EffectiveEntry): Tree | undefined {
    const group = this.#input.declared[Number(place[0])];
    const key = isTree(group) && isList(group['keys']) ? group['keys'][Number(place[2])] : undefined;
    return isTree(key) ? key : undefined;
  }

  #saysTheSame(group: Tree, declared: Value | undefined): boolean {
    if (!isTree(declared)) return false;
    return [...(this.#field.item?.fields ?? [])].every(
      ([name, field]) =>
        (name !== 'base-url' && !this.#isShared(name)) ||
        sameAt(field, group[name], normal(field, declared[name])),
    );
  }

  #finish(): MergedGroups {
    const groups: Value[] = [];
    const origins: [Step[], readonly Step[]][] = [];
    this.#input.live.forEach((raw, at) => {
      const work = this.#work[at];
      if (!work) return void groups.push(raw);
      const left = work.keys.flatMap((key, i) => (key ? [{ key, i }] : []));
      if (work.touched && left.length === 0 && work.keys.length > 0) return;
      const place = groups.length;
      left.forEach(({ i }, nth) => {
        const from = this.#from.get(`${at}/keys/${i}`);
        if (!from) return;
        if (nth === 0) origins.push([[place], from.slice(0, 1)]);
        origins.push([[place, 'keys', nth], from]);
        for (const [name, member] of this.#edits.get(`${at}/keys/${i}`) ?? [])
          origins.push([[place, 'keys', nth, name], member]);
      });
      if (left.some(({ i }) => this.#from.has(`${at}/keys/${i}`)))
        for (const [name, member] of this.#edits.get(`${at}`) ?? []) origins.push([[place, name], member]);
      groups.push(work.touched ? { ...work.group, keys: left.map(({ key }) => key) } : raw);
    });
    this.#addNewcomers(groups, origins);
    return { groups, origins };
  }

  #addNewcomers(groups: Value[], origins: [Step[], readonly Step[]][]): void {
    const together = new Map<number, EffectiveEntry[]>();
    const taken = new Set([...this.#input.live, ...groups].map(nameOf));
    for (const { entry, from } of this.#unplaced) {
      const others = together.get(from);
      if (others) others.push(entry);
      else together.set(from, [entry]);
    }
    for (const [from, entries] of together) {
      const place = groups.length;
      const declared = from >= 0 ? this.#input.declared[from] : undefined;
      const [group, members] = this.#newGroup(isTree(declared) ? declared : undefined, entries);
      groups.push({ ...group, name: this.#freeName(group['name'], groups.length + 1, taken) });
      origins.push([[place], entries[0]?.place.slice(0, 1) ?? []]);
      entries.forEach(({ place: at }, nth) => origins.push([[place, 'keys', nth], at]));
      for (const [name, at] of members) origins.push([[place, name], at]);
    }
  }

  /** The declared group without the keys that are already placed; built from one entry if nothing is shared. */
  #newGroup(
    declared: Tree | undefined,
    entries: readonly EffectiveEntry[],
  ): [Tree, readonly [string, readonly Step[]][]] {
    const keys = listOf(declared?.['keys']);
    if (declared && entries.length > 0) {
      const own = entries.map(({ place }) => keys[Number(place[2])] as Value);
      return [{ ...declared, keys: own }, []];
    }
    const [only] = entries;
    const members = Object.entries(only?.entry ?? {});
    const onGroup = members.filter(([name]) => name === 'base-url' || this.#isShared(name));
    const onKey = members.filter(([name]) => name !== 'base-url' && !this.#isShared(name));
    const group = { ...Object.fromEntries(onGroup), keys: [Object.fromEntries(onKey)] };
    return [group, onGroup.map(([name]) => [name, only?.members.get(name) ?? only?.place ?? []])];
  }

  /** A label that no other group has, so that the group can be distinguished from others with its address. */
  #freeName(given: Value | undefined, first: number, taken: Set<Value | undefined>): Value {
    const provider = this.#input.family.v8.slice(this.#input.family.v8.indexOf('.') + 1);
    let number = first;
    while (taken.has(`${provider}-${number}`)) number += 1;
    const name = given === undefined || given === null || given === '' ? `${provider}-${number}` : given;
    taken.add(name);
    return name;
  }
}

const nameOf = (group: Value): Value | undefined => (isTree(group) ? group['name'] : undefined);

const normal = (field: Field, value: Value | undefined): Value | undefined =>
  value === undefined ? undefined : normaliseAt(field, value).value;

function keysOf(group: Tree): (Tree | undefined)[] {
  const keys = group['keys'];
  return listOf(keys).map((key) => (isTree(key) ? key : undefined));
}

/** The value that a key sets itself; null inherits. */
function ownOf(key: Tree | undefined, name: string): Value | undefined {
  return key?.[name] ?? undefined;
}

const keyed = <K, V>(key: K, value: V | undefined): [K, V][] => (value === undefined ? [] : [[key, value]]);

/** Whether all of them get it from the same declared group. */
function isOfOneGroup(name: string, entries: readonly EffectiveEntry[]): boolean {
  const places = new Set(entries.map(({ members }) => members.get(name)?.join('/')));
  const [place = ''] = places;
  return places.size === 1 && place !== undefined && !place.includes('/keys/');
}

function withMember(tree: Tree, name: string, value: Value | undefined): Tree {
  if (value !== undefined) return { ...tree, [name]: value };
  const { [name]: _, ...rest } = tree;
  return rest;
}
