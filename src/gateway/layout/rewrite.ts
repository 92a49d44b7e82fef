// Translates a tree from one layout to the other, key by key, as schemas/layout.json says. Pure; knows no key by
// name except `name` and `keys` of groups.
import type { NodeAdapter, Member } from './node-adapter.ts';
import { type Family, layoutTable, type LayoutRow } from './table.ts';

export type Layout = 'legacy' | 'v8';

/** What the other layout can't express; the result contains nothing of it. */
export interface Refusal<N> {
  /**
   * `unknown`: not a key of the layout. `gone`: newer v8 doesn't have the key. `both`: the tree has two spellings of
   * one key. `empty`: a section without members, which the other layout can't express. `shape`: a mapping, a list or
   * a boolean is required here.
   */
  readonly why: 'unknown' | 'gone' | 'both' | 'empty' | 'shape';
  readonly at: N;
  readonly path: readonly string[];
  /** For `both`: the other spelling. For `shape`: the required kind. */
  readonly other?: string;
}

/** What is spelled differently, or omitted because it has no effect. */
export interface Remark<N> {
  /** `spelling`: an earlier name. `name`: the label of a group. `empty-group`: a group without keys has no effect. */
  readonly what: 'spelling' | 'name' | 'empty-group';
  readonly at: N;
  readonly path: readonly string[];
  /** For `spelling`: the current name. */
  readonly now?: string;
}

export interface Rewritten<N> {
  readonly root: N;
  readonly refusals: readonly Refusal<N>[];
  readonly remarks: readonly Remark<N>[];
}

export interface RewriteOptions {
  /** The tree is an overlay: an entry without keys says nothing about keys. */
  readonly partial?: boolean;
}

/**
 * From a layout to itself: earlier spellings become the current ones, everything else stays, unknown keys included.
 */
export function rewrite<N>(
  root: N,
  adapter: NodeAdapter<N>,
  from: Layout,
  to: Layout,
  { partial = false }: RewriteOptions = {},
): Rewritten<N> {
  return new Rewriting(adapter, from, to, partial).all(root);
}

/** The node at the end of a known path. */
type Known =
  | { readonly kind: 'key'; readonly row: LayoutRow; readonly historical: boolean }
  | { readonly kind: 'family'; readonly family: Family };

type Trie = Map<string, Trie | Known>;

const tries = new Map<Layout, Trie>();

function trieOf(layout: Layout): Trie {
  const known = tries.get(layout);
  if (known) return known;
  const trie: Trie = new Map();
  const { rows, families } = layoutTable();
  for (const row of rows) {
    const place = row[layout];
    const counts = layout === 'legacy' || row.canonical;
    if (place !== undefined && counts) insert(trie, place, { kind: 'key', row, historical: false });
    if (layout === 'v8')
      for (const earlier of row.historical) insert(trie, earlier, { kind: 'key', row, historical: true });
  }
  for (const family of families) insert(trie, family[layout], { kind: 'family', family });
  tries.set(layout, trie);
  return trie;
}

function insert(trie: Trie, place: string, known: Known): void {
  const names = place.split('.');
  const last = names.pop() ?? '';
  let here = trie;
  for (const name of names) {
    const below = here.get(name);
    const next: Trie = below instanceof Map ? below : new Map();
    if (next !== below) here.set(name, next);
    here = next;
  }
  if (!here.has(last)) here.set(last, known);
}

/** A tree that is being built: sections by name, in the order in which they got members. */
class TreeBuilder<N> {
  readonly members = new Map<string, TreeBuilder<N> | { readonly node: N }>();

  /** False: the path already has a value. */
  put([name = '', ...below]: readonly string[], node: N): boolean {
    const there = this.members.get(name);
    if (below.length === 0) {
      if (there) return false;
      this.members.set(name, { node });
      return true;
    }
    if (there && !(there instanceof TreeBuilder)) return false;
    const section = there ?? new TreeBuilder<N>();
    if (!there) this.members.set(name, section);
    return section.put(below, node);
  }

  built(adapter: NodeAdapter<N>): readonly Member<N>[] {
    return [...this.members].map(([name, member]): Member<N> => {
      if (!(member instanceof TreeBuilder)) return [name, member.node];
      const members = member.built(adapter);
      const [first] = members;
      if (!first) throw new Error('a section is made for what is put into it');
      return [name, adapter.section(members, first[1])];
    });
  }
}

class Rewriting<N> {
  readonly #adapter: NodeAdapter<N>;
  readonly #from: Layout;
  readonly #to: Layout;
  readonly #partial: boolean;
  readonly #refusals: Refusal<N>[] = [];
  readonly #remarks: Remark<N>[] = [];
  readonly #builder = new TreeBuilder<N>();

  constructor(adapter: NodeAdapter<N>, from: Layout, to: Layout, partial: boolean) {
    this.#adapter = adapter;
    this.#from = from;
    this.#to = to;
    this.#partial = partial;
  }

  all(root: N): Rewritten<N> {
    this.#walk(root, trieOf(this.#from), []);
    return {
      root: this.#adapter.map(this.#builder.built(this.#adapter), root),
      refusals: this.#refusals,
      remarks: this.#remarks,
    };
  }

  #walk(node: N, trie: Trie, above: readonly string[]): void {
    for (const [name, member] of this.#adapter.members(node)) {
      const path = [...above, name];
      const known = trie.get(name);
      if (!known) this.#unknownKey('unknown', member, path);
      else if (known instanceof Map) this.#section(member, known, path);
      else if (known.kind === 'family') this.#family(member, known.family, path);
      else this.#key(member, known, path);
    }
  }

  #section(node: N, trie: Trie, path: readonly string[]): void {
    const isMap = this.#adapter.shape(node) === 'map';
    if (!isMap) this.#unknownKey('shape', node, path, 'a mapping');
    else if (this.#adapter.members(node).length === 0) this.#unknownKey('empty', node, path);
    else this.#walk(node, trie, path);
  }

  #key(node: N, { row, historical }: Extract<Known, { kind: 'key' }>, path: readonly string[]): void {
    // Client keys are a list; v8 has credentials under the same name.
    if (path.join('.') === 'api-keys' && this.#adapter.shape(node) === 'map')
      return this.#unknownKey('shape', node, path, 'a list');
    const place = this.#to === 'legacy' ? this.#legacyPlace(row) : row.v8;
    if (place === undefined) {
      if (row.legacy !== undefined) this.#refuse('gone', node, path);
      return;
    }
    const value = row.invert ? this.#adapter.inverted(node) : node;
    if (value === undefined) return this.#refuse('shape', node, path, 'true or false');
    const spelledAnew = historical || (row.invert && this.#from === 'legacy');
    if (!this.#builder.put(place.split('.'), value)) this.#refuse('both', node, path, place);
    else if (spelledAnew) this.#remarks.push({ what: 'spelling', at: node, path, now: place });
  }

  /** For a deprecated name, the one that replaced it. */
  #legacyPlace(row: LayoutRow): string | undefined {
    if (row.canonical) return row.legacy;
    return layoutTable().rows.find((each) => each.canonical && each.v8 === row.v8)?.legacy ?? row.legacy;
  }

  #family(node: N, family: Family, path: readonly string[]): void {
    const place = family[this.#to].split('.');
    if (this.#from === this.#to) return void this.#builder.put(place, node);
    if (this.#adapter.shape(node) !== 'list') return this.#refuse('shape', node, path, 'a list');
    const items = this.#adapter
      .items(node)
      .flatMap((item, i) => this.#entry(item, family, [...path, String(i)]));
    this.#builder.put(place, this.#adapter.list(items, node));
  }

  #entry(item: N, family: Family, path: readonly string[]): readonly N[] {
    if (this.#adapter.shape(item) !== 'map') {
      this.#refuse('shape', item, path, 'a mapping');
      return [];
    }
    if (family.form === 'records') return [this.#record(item, family.legacyKeys)];
    return this.#to === 'v8' ? [this.#group(item, family.shared)] : this.#entries(item, family.shared, path);
  }

  /** Only the name of the list of keys differs. v8 always has that list, except in an overlay. */
  #record(item: N, legacyKeys: string): N {
    const [before, after] = this.#to === 'v8' ? [legacyKeys, 'keys'] : ['keys', legacyKeys];
    const members = this.#adapter.members(item).flatMap(([name, member]): Member<N>[] => {
      if (name !== before) return [[name, member]];
      const isEmpty = this.#adapter.shape(member) === 'list' && this.#adapter.items(member).length === 0;
      return isEmpty && this.#to === 'legacy' && !this.#partial ? [] : [[after, member]];
    });
    const lacksKeys = this.#to === 'v8' && !this.#partial && !members.some(([name]) => name === after);
    return this.#adapter.map(lacksKeys ? [...members, [after, this.#adapter.list([], item)]] : members, item);
  }

  /** A separate group for each entry: what can be shared is on the group, the rest on its one key (C v8 §3). */
  #group(item: N, shared: ReadonlySet<string>): N {
    const members = this.#adapter.members(item);
    const isShared = ([name]: Member<N>): boolean => name === 'base-url' || shared.has(name);
    const key = this.#adapter.section(
      members.filter((member) => !isShared(member)),
      item,
    );
    return this.#adapter.map([...members.filter(isShared), ['keys', this.#adapter.list([key], item)]], item);
  }

  /** Each key with what it inherits. `null` in a key means the same as absent. */
  #entries(group: N, shared: ReadonlySet<string>, path: readonly string[]): readonly N[] {
    const members = this.#adapter.members(group);
    const common: Member<N>[] = [];
    for (const [name, member] of members) {
      if (name === 'name') this.#remarks.push({ what: 'name', at: member, path: [...path, name] });
      else if (name === 'base-url' || shared.has(name)) common.push([name, member]);
      else if (name !== 'keys') this.#refuse('unknown', member, [...path, name]);
    }
    const keys = members.find(([name]) => name === 'keys')?.[1];
    const items = keys === undefined || this.#adapter.shape(keys) !== 'list' ? [] : this.#adapter.items(keys);
    if (items.length === 0) this.#remarks.push({ what: 'empty-group', at: group, path });
    return items.flatMap((key, i) => this.#flattened(key, common, [...path, 'keys', String(i)], i > 0));
  }

  #flattened(key: N, common: readonly Member<N>[], path: readonly string[], again: boolean): readonly N[] {
    if (this.#adapter.shape(key) !== 'map') {
      this.#refuse('shape', key, path, 'a mapping');
      return [];
    }
    const own = this.#adapter.members(key).filter(([, member]) => !this.#adapter.isNull(member));
    const given = new Set(own.map(([name]) => name));
    const inherited = common
      .filter(([name]) => !given.has(name))
      .map(([name, member]): Member<N> => [name, again ? this.#adapter.copy(member) : member]);
    return [this.#adapter.map([...own, ...inherited], key)];
  }

  /** Nothing of another layout gets through. In its own layout, unknown keys are judged elsewhere. */
  #unknownKey(why: Refusal<N>['why'], at: N, path: readonly string[], other?: string): void {
    const stays = this.#from === this.#to && this.#builder.put(path, at);
    if (!stays) this.#refuse(why, at, path, other);
  }

  #refuse(why: Refusal<N>['why'], at: N, path: readonly string[], other?: string): void {
    this.#refusals.push({ why, at, path, ...(other !== undefined && { other }) });
  }
}
