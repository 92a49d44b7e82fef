// Runs of list entries that differ by the key alone, and files without all but the first entry of each: a pull of
// thousands of keys converts what is left, which takes a fraction of the time.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { mapSecrets } from '../gateway/catalog/secrets.ts';
import type { Dialect } from '../gateway/dialect.ts';
import { factsOf } from '../gateway/layout/layouts.ts';
import { layoutTable } from '../gateway/layout/table.ts';
import type { FileDocument, FileNode } from '../domain/yaml-node.ts';
import { canonicalJson } from '../lib/stable-json.ts';
import { isList, isTree, listOf, type Tree, treeOf, type Value } from '../lib/value.ts';
import type { Environment } from '../input/environment.ts';
import { isOrdered } from '../plan/diff/order.ts';
import type { ItemStep, KeyStep, Patch } from '../yaml/splice/patch.ts';
import { splice } from '../yaml/splice/splice.ts';
import { parsed } from './prepare.ts';

/** A key with the comments of its entry. */
export interface Keyed {
  readonly secret: string;
  readonly comments: readonly string[];
}

/** An entry as far as the keys of a run may differ. */
export interface Entry {
  /** In its list. */
  readonly at: number;
  /** Equal for the entries of a run. */
  readonly shape: string;
  /** Entries with the same one are told apart by their order alone. */
  readonly identity: string;
  /** How many keys it stands for. */
  readonly keys: number;
}

/** Where the order matters, only entries next to each other. */
export function runsAmong<T extends Entry>(
  entries: readonly T[],
  { from, inOrder }: { readonly from: number; readonly inOrder: boolean },
): readonly (readonly T[])[] {
  const counts = countBy(entries.map(({ identity }) => identity));
  const single = entries.filter(({ identity }) => counts.get(identity) === 1);
  const runs = inOrder ? adjacent(entries) : [...Map.groupBy(single, ({ shape }) => shape).values()];
  return runs.filter((run) => run.reduce((sum, { keys }) => sum + keys, 0) >= from);
}

/** The result is the same if the keys of several groups are in one. */
export function shapeAt(place: Place, { layout }: Catalog): Shape {
  const path = place.join('.');
  const { families } = layoutTable();
  const isGroups =
    factsOf(layout).hasGroups && families.some(({ form, v8 }) => form === 'groups' && v8 === path);
  return isGroups ? GROUPS : ENTRIES;
}

/** What makes two entries with the same key one. */
export const identityOf = (key: string, item: Value): string =>
  canonicalJson([key, isTree(item) ? (item['base-url'] ?? null) : null]);

function adjacent<T extends Entry>(entries: readonly T[]): T[][] {
  const runs: T[][] = [];
  for (const entry of entries) {
    const run = runs.at(-1);
    const last = run?.at(-1);
    if (run && last?.at === entry.at - 1 && last.shape === entry.shape) run.push(entry);
    else runs.push([entry]);
  }
  return runs;
}

function countBy(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}

/** The member by which entries of credentials differ. */
const KEY = 'api-key';

/** Where the items of a list have their key. */
export interface Shape {
  readonly keyOf: (item: Value) => Value | undefined;
  /** From the item to its key. */
  readonly stepsOf: (item: Value) => readonly (string | number)[];
  readonly withKey: (item: Value, key: string) => Value;
}

const ENTRIES: Shape = {
  keyOf: (item) => (isTree(item) ? item[KEY] : item),
  stepsOf: (item) => (isTree(item) ? [KEY] : []),
  withKey: (item, key) => (isTree(item) ? { ...item, [KEY]: key } : key),
};

/** Groups that have one key. */
const GROUPS: Shape = {
  keyOf: (item) => {
    const [only, ...others] = isTree(item) ? listOf(item['keys']) : [];
    return isTree(only) && others.length === 0 ? only[KEY] : undefined;
  },
  stepsOf: () => ['keys', 0, KEY],
  withKey: (item, key) => {
    const group = treeOf(item);
    return { ...group, keys: listOf(group['keys']).map((one) => ENTRIES.withKey(one, key)) };
  },
};

/** Lines are trimmed, and those that begin with `#` are ignored. */
export const isOneLine = (secret: string): boolean =>
  secret.trim() === secret && !secret.startsWith('#') && !/[\r\n]/.test(secret);

export function commentsIn(node: FileNode): string[] {
  const { head, line, foot } = node.comments;
  return [...head, ...(line === undefined ? [] : [line]), ...inner(node), ...foot];
}

function inner(node: FileNode): string[] {
  if (node.kind === 'list') return node.items.flatMap(commentsIn);
  return node.kind === 'map'
    ? node.pairs.flatMap(({ key, value }) => [...commentsIn(key), ...commentsIn(value)])
    : [];
}

// ── every list of a document ─────────────────────────────────────────────────────────────────────────────────────

export type Place = readonly (string | number)[];

/** A list where its nodes and its value have the same items. */
export interface ListAt {
  readonly nodes: readonly FileNode[];
  readonly list: readonly Value[];
  readonly place: Place;
  readonly field: Field | undefined;
  /** What changes inside one item; undefined: nothing. */
  readonly inside: (index: number) => Patch | undefined;
}

/** The patch of a document of which `patchOf` changes the lists. Undefined: it changes none. */
export function patchOfLists(
  root: FileNode,
  content: Tree,
  catalog: Catalog,
  patchOf: (at: ListAt) => Patch | undefined,
): Patch | undefined {
  const visit = (node: FileNode, value: Value, place: Place, field: Field | undefined): Patch | undefined => {
    if (node.kind === 'list' && isList(value) && node.items.length === value.length) {
      const { items: nodes } = node;
      const item = field && catalog.child(field, '[]');
      const inside = (index: number): Patch | undefined =>
        visit(nodes[index] as FileNode, value[index] as Value, [...place, index], item); // as many nodes as values
      return patchOf({ nodes, list: value, place, field, inside });
    }
    if (node.kind !== 'map' || !isTree(value)) return undefined;
    const keys = new Map<string, KeyStep>();
    for (const { key, value: inner } of node.pairs) {
      const below = field && catalog.child(field, key.text);
      const step = visit(inner, value[key.text] ?? null, [...place, key.text], below);
      if (step) keys.set(key.text, step);
    }
    return keys.size > 0 ? { kind: 'map', keys } : undefined;
  };
  return visit(root, content, [], catalog.root);
}

// ── the first of each run ────────────────────────────────────────────────────────────────────────────────────────

export interface Shortened {
  readonly document: FileDocument;
  /** The other keys of a run, by the key of the entry that is left. */
  readonly rest: ReadonlyMap<string, readonly Keyed[]>;
}

/** The same document where nothing can be left out. `env`: keys that a variable holds keep their entries. */
export function firstOfRuns(
  document: FileDocument,
  dialect: Dialect,
  { from, env }: { readonly from: number; readonly env: Environment },
): Shortened {
  const content = dialect.content(document);
  const walk = new Walk(content, dialect.catalog, { from, held: new Set(Object.values(env)) });
  const patch = document.root && patchOfLists(document.root, content, dialect.catalog, (at) => walk.list(at));
  const spliced = patch && splice(document, patch);
  if (!spliced?.ok) return { document, rest: new Map() };
  return { document: parsed(spliced.value.text), rest: walk.rest };
}

interface Held extends Entry {
  readonly secret: string;
}

class Walk {
  readonly rest = new Map<string, readonly Keyed[]>();
  readonly #catalog: Catalog;
  /** Places of secrets. */
  readonly #secrets = new Set<string>();
  /** How often each secret is in the file: one that is there twice stands for two entries. */
  readonly #counts = new Map<string, number>();
  readonly #from: number;
  readonly #held: ReadonlySet<string | undefined>;

  constructor(
    content: Tree,
    catalog: Catalog,
    { from, held }: { readonly from: number; readonly held: ReadonlySet<string | undefined> },
  ) {
    this.#catalog = catalog;
    this.#from = from;
    this.#held = held;
    mapSecrets(catalog.root, content, {
      whole: (secret, place) => (this.#secrets.add(place.join('\0')), this.#counted(secret)),
      part: (secret) => this.#counted(secret),
    });
  }

  #counted(secret: string): string {
    this.#counts.set(secret, (this.#counts.get(secret) ?? 0) + 1);
    return secret;
  }

  /** Undefined: nothing to leave out in this list, or below. */
  list({ nodes, list, place, field, inside }: ListAt): Patch | undefined {
    const gone = this.#goneFrom(nodes, list, place, field);
    const steps = list.flatMap((_, from): ItemStep[] => {
      if (gone.has(from)) return [];
      const patch = inside(from);
      return [patch ? { from, patch } : { from }];
    });
    const isSame = gone.size === 0 && steps.every((step) => !('patch' in step));
    return isSame ? undefined : { kind: 'list', items: steps };
  }

  #goneFrom(
    nodes: readonly FileNode[],
    list: readonly Value[],
    place: Place,
    field: Field | undefined,
  ): ReadonlySet<number> {
    const shape = shapeAt(place, this.#catalog);
    const entries = list.flatMap((item, at) => this.#entry(item, at, shape, place) ?? []);
    const gone = new Set<number>();
    for (const [first, ...others] of runsAmong(entries, {
      from: this.#from,
      inOrder: !field || isOrdered(field),
    })) {
      if (!first) continue;
      const keyed = others.map(({ at, secret }) => ({ secret, comments: commentsIn(nodes[at] as FileNode) }));
      this.rest.set(first.secret, keyed);
      for (const { at } of others) gone.add(at);
    }
    return gone;
  }

  #entry(item: Value, at: number, { keyOf, stepsOf, withKey }: Shape, place: Place): Held | undefined {
    const secret = keyOf(item);
    if (typeof secret !== 'string' || secret === '' || this.#held.has(secret)) return undefined;
    if (this.#counts.get(secret) !== 1) return undefined;
    if (!isOneLine(secret) || !secret.isWellFormed() || secret.includes('\0')) return undefined;
    if (!this.#secrets.has([...place, at, ...stepsOf(item)].join('\0'))) return undefined;
    const shape = canonicalJson(withKey(item, ''));
    return { at, secret, keys: 1, shape, identity: identityOf(secret, item) };
  }
}
