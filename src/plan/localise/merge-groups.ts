// Builds a family of v8 credentials from the existing groups: untouched groups stay as they are, edits are made in
// place, new entries get a group of their own, and a group is removed only with its last key (design-v8 rules 16 to
// 18). Pure. Equality is decided by effective entries, never by grouping or names.
import { type EffectiveEntry, effectiveEntries } from '../../gateway/layout/effective.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { isList, isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import { findRenames, pair } from '../diff/identity.ts';
import { type GroupFamily, GroupMembers } from './group-members.ts';
import { newGroups, type Origin, type Step, type UnplacedEntry } from './new-groups.ts';

export interface MergeGroupsInput extends GroupFamily {
  /** Groups in the file. */
  readonly live: readonly Value[];
  /** Declared groups. */
  readonly declared: readonly Value[];
  /** Whether Holdfast added this key of this group; called only for `entries` and `members`. */
  readonly placed: (group: number, key: number) => boolean;
  /** Whether this key was in this group at the last apply. It returns there, so that its removal is seen as one. */
  readonly wasIn?: (group: number, key: Tree) => boolean;
}

export interface MergedGroups {
  readonly groups: readonly Value[];
  readonly origins: readonly Origin[];
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

class Regrouping {
  readonly #input: MergeGroupsInput;
  readonly #members: GroupMembers;
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
    this.#members = new GroupMembers(input);
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
      else if (this.#members.changed(old, entry).length > 0) edits.push({ old, entry });
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
      const own = inherited && this.#members.changed(inherited, entry);
      if (!own?.every((name) => entry.entry[name] !== undefined && this.#members.isOnKeys(name))) continue;
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

  #pairing(): { readonly partner: readonly (number | undefined)[]; readonly left: readonly number[] } {
    const held = (entries: readonly EffectiveEntry[]): readonly Value[] => entries.map(({ entry }) => entry);
    const [now, then] = [held(this.#now), held(this.#then)];
    const { partner, left } = pair(this.#members.entries, now, then);
    const come = partner.flatMap((old, i) => (old === undefined ? [i] : []));
    const gone = left.filter((index) => this.#goes(this.#now[index]));
    const renames = findRenames(this.#members.entries, now, then, gone, come);
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
      this.#members.entries,
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
      for (const name of this.#members.changed(old, entry)) {
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
    const left = work.keys.flatMap((key, i) => (key ? [i] : []));
    const isOurs = left.every((i) => this.#from.has(`${work.at}/keys/${i}`));
    if (!isOurs || !this.#members.fieldOf(name) || !this.#members.isOnGroups(name)) return none;
    const inheriting = left.filter((i) => ownOf(work.keys[i], name) === undefined);
    const heirs = new Map(inheriting.flatMap((i) => keyed(i, keys.get(i))));
    if (heirs.size < inheriting.length) return none;
    const [first, ...others] = heirs.values();
    if (!first || !others.every((other) => this.#members.isEqual(name, first.entry[name], other.entry[name])))
      return none;
    const onGroup = (work.group[name] ?? undefined) !== undefined || name === 'base-url';
    return onGroup || left.length === 1 || isOfOneGroup(name, [...heirs.values()]) ? heirs : none;
  }

  #editKey(name: string, work: LiveGroup, index: number, entry: EffectiveEntry): void {
    const raw = work.keys[index];
    if (!raw) return; // moved out by another member
    const key = this.#members.knownOf(raw);
    const value = entry.entry[name];
    const inherited = work.group[name];
    const isInherited = this.#members.isOnGroups(name) && inherited !== undefined && inherited !== null;
    if (name === 'base-url') return this.#moveOut(work, index, entry);
    if (isInherited && this.#members.isEqual(name, inherited, value))
      work.keys[index] = withMember(key, name, undefined);
    else if (value !== undefined || !isInherited) work.keys[index] = withMember(key, name, value);
    else {
      const zero = this.#members.zeroOf(name);
      if (zero === undefined) return this.#moveOut(work, index, entry);
      work.keys[index] = withMember(key, name, zero);
    }
    this.#noteEdit(`${work.at}/keys/${index}`, name, entry.members.get(name) ?? entry.place);
  }

  #noteEdit(place: string, name: string, from: readonly Step[]): void {
    this.#edits.set(place, (this.#edits.get(place) ?? new Map<string, readonly Step[]>()).set(name, from));
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
      if (work && this.#members.haveSameShared(work.group, this.#input.declared[Number(from[0])]))
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

  #finish(): MergedGroups {
    const groups: Value[] = [];
    const origins: Origin[] = [];
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
    const { family, live, declared } = this.#input;
    const [unplaced, members] = [this.#unplaced, this.#members];
    const added = newGroups({ unplaced, family, members, live, declared, before: groups });
    return { groups: [...groups, ...added.groups], origins: [...origins, ...added.origins] };
  }
}

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
