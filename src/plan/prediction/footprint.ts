// What a write may change besides its own paths, and what it must not: compares the content of the file before and
// after it, as predicted. Decides nothing.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { sameAt } from '../../gateway/model/equal.ts';
import { formatPath, key } from '../../domain/path.ts';
import {
  isList,
  isTree,
  namesOfBoth,
  sameValue,
  type Tree,
  treeOf,
  type Value,
  valueAt,
} from '../../lib/value.ts';
import { respellsKeys } from './edits.ts';
import type { Area } from '../types/area.ts';

export const pathOfArea = (area: Area): string => formatPath(area.map(key));

/** How the content outside the areas differs. */
export interface Aside {
  /** Paths that have another meaning, or none, after the write: a loss. */
  readonly lost: readonly string[];
  /** Paths that the saver expands or respells without changing their meaning (C v0 §4.4 N10). */
  readonly spelled: readonly string[];
}

/** `kept`: the image whose unknown members must stay inside the areas; by default, the content before. */
export function besides(
  catalog: Catalog,
  before: Tree,
  after: Tree,
  areas: readonly Area[],
  kept: Tree = before,
): Aside {
  const walk = new Comparison(areas, kept);
  walk.tree(catalog.root, before, after, []);
  return { lost: walk.lost, spelled: walk.spelled };
}

class Comparison {
  readonly lost: string[] = [];
  readonly spelled: string[] = [];
  readonly #areas: ReadonlySet<string>;
  readonly #above: ReadonlySet<string>;

  readonly #kept: Tree;

  constructor(areas: readonly Area[], kept: Tree) {
    this.#kept = kept;
    this.#areas = new Set(areas.map((area) => JSON.stringify(area)));
    this.#above = new Set(areas.flatMap((area) => area.map((_, i) => JSON.stringify(area.slice(0, i)))));
  }

  tree(field: Field | undefined, before: Tree, after: Tree, at: Area): void {
    for (const name of namesOfBoth(before, after)) {
      const inner = field?.kind === 'map' ? field.value : field?.fields?.get(name);
      this.#value(inner, before[name], after[name], [...at, name]);
    }
  }

  #value(field: Field | undefined, before: Value | undefined, after: Value | undefined, at: Area): void {
    const place = JSON.stringify(at);
    if (before === after) return;
    if (this.#areas.has(place)) {
      const unknown = unknownLost(field, ...withoutShared(valueAt(this.#kept, at), after));
      if (unknown !== undefined) this.lost.push(`${pathOfArea(at)} (${unknown} inside an entry)`);
      return;
    }
    if (this.#above.has(place) || (isTree(before) && isTree(after) && isOpen(field))) {
      this.tree(field, treeOf(before), treeOf(after), at);
      return;
    }
    if (sameValue(before, after)) return;
    const isSame = field ? sameAt(field, before, after) : false;
    const [was, is] = withoutShared(before, after);
    const unknown = unknownLost(field, was, is);
    if (unknown !== undefined) this.lost.push(`${pathOfArea(at)} (${unknown} inside an entry)`);
    else if (isSame && countItems(is) < countItems(was))
      this.lost.push(`${pathOfArea(at)} (an entry that the gateway ignores)`);
    else if (isSame) this.spelled.push(pathOfArea(at));
    else this.lost.push(pathOfArea(at));
  }
}

/** Two lists without the entries that both have: the content of these counts the same on both sides. */
function withoutShared(
  before: Value | undefined,
  after: Value | undefined,
): readonly [Value | undefined, Value | undefined] {
  if (!isList(before) || !isList(after)) return [before, after];
  const [was, is] = [new Set(before.filter(isTree)), new Set(after.filter(isTree))];
  if (was.size < before.length || is.size < after.length) return [before, after]; // one entry can occur twice
  const not = (others: ReadonlySet<Value>) => (entry: Value) => !others.has(entry);
  return [before.filter(not(is)), after.filter(not(was))];
}

/** Maps whose names the gateway respells are compared as a whole. */
const isOpen = (field: Field | undefined): boolean =>
  !field || (field.kind !== 'any' && !respellsKeys(field));

/** Items of all lists in a value. */
export function countItems(value: Value | undefined): number {
  if (isList(value)) return value.reduce((sum: number, item) => sum + 1 + countItems(item), 0);
  if (!isTree(value)) return 0;
  return Object.values(value).reduce((sum: number, member) => sum + countItems(member), 0);
}

/** The name of a key inside entries that the catalog doesn't know and that is missing afterwards (C v0 §4.4 N11). */
function unknownLost(
  field: Field | undefined,
  before: Value | undefined,
  after: Value | undefined,
): string | undefined {
  const had = new Map<string, number>();
  const has = new Map<string, number>();
  if (field) countUnknown(field, before, had);
  if (had.size === 0) return undefined;
  if (field) countUnknown(field, after, has);
  return [...had].find(([name, times]) => (has.get(name) ?? 0) < times)?.[0];
}

function countUnknown(field: Field, value: Value | undefined, into: Map<string, number>): void {
  if (isList(value)) {
    if (field.item) for (const entry of value) countUnknown(field.item, entry, into);
  } else if (isTree(value) && (field.kind === 'struct' || field.kind === 'map')) {
    for (const [name, member] of Object.entries(value)) {
      const inner = field.kind === 'map' ? field.value : field.fields?.get(name);
      if (inner) countUnknown(inner, member, into);
      else into.set(name, (into.get(name) ?? 0) + 1);
    }
  }
}
