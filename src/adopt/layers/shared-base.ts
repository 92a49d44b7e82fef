// Texts of several targets as a base that all of them read and an overlay for each. Pure: the texts are pulled ones, with
// references in place of secrets, so that equal secrets are equal texts.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import { mergeLayers } from '../../desired/read/merge.ts';
import { canonicalJson } from '../../lib/stable-json.ts';
import { isList, isTree, sameValue, type Tree, type Value } from '../../lib/value.ts';
import { isOrdered } from '../../plan/diff/order.ts';
import { type LocatedMap, valueOf } from '../../yaml/located.ts';
import type { ItemStep, KeyStep, Patch } from '../../yaml/splice/patch.ts';
import { readYaml } from '../../yaml/strict.ts';
import { edited } from '../adopt.ts';
import { parsed } from '../prepare.ts';

export interface SharedBase {
  readonly base: string;
  /** In the order of the texts. */
  readonly overlays: readonly string[];
  /** Lines of comments that are in neither, for each text: they stand beside what the base says with other words. */
  readonly lostComments: readonly number[];
}

/** Undefined: nothing is equal in all of them. */
export function sharedBase(texts: readonly string[], dialect: Dialect): SharedBase | undefined {
  const { catalog } = dialect;
  const trees = texts.map(treeIn);
  const apart = new Set<string>();
  for (;;) {
    const common = commonTree(trees, catalog, apart);
    const [first = '', firstTree = {}] = [texts[0], trees[0]];
    if (Object.keys(common).length === 0) return undefined;
    const base = withPatch(first, keeping(firstTree, common, catalog.root, catalog), dialect);
    const overlays = texts.map((text, i) => overlayOf(text, trees[i] ?? {}, common, dialect));
    const wrong = overlays.flatMap((overlay, i) => misfits(base, overlay, trees[i] ?? {}, catalog));
    if (wrong.length === 0) return { base, overlays, lostComments: lostIn(texts, base, overlays) };
    for (const name of wrong) apart.add(name);
  }
}

const treeIn = (text: string): Tree => {
  const { root } = readYaml(text, '');
  return root ? (valueOf(root) as Tree) : {}; // a mapping
};

function withPatch(text: string, patch: Patch | undefined, dialect: Dialect): string {
  const document = parsed(text);
  return edited(document, patch, undefined, dialect.content(document)).text;
}

// ── what all of them have ────────────────────────────────────────────────────────────────────────────────────────

function commonTree(trees: readonly Tree[], catalog: Catalog, apart: ReadonlySet<string>): Tree {
  const rest = trees.map((tree) =>
    Object.fromEntries(Object.entries(tree).filter(([name]) => !apart.has(name))),
  );
  const common = commonOf(rest, catalog.root, catalog);
  return isTree(common) ? common : {};
}

function commonOf(values: readonly Value[], field: Field | undefined, catalog: Catalog): Value | undefined {
  const [first, ...others] = values;
  if (first === undefined) return undefined;
  if (others.every((other) => sameValue(first, other))) return first;
  if (values.every(isTree)) return commonMembers(values, field, catalog);
  if (values.every(isList) && field && field.identity.length > 0)
    return commonEntries(values, field, catalog);
  return undefined;
}

function commonMembers(trees: readonly Tree[], field: Field | undefined, catalog: Catalog): Tree | undefined {
  const members = Object.keys(trees[0] ?? {}).flatMap((name): [string, Value][] => {
    const values = trees.flatMap((tree) => (Object.hasOwn(tree, name) ? [tree[name] as Value] : []));
    const common =
      values.length === trees.length
        ? commonOf(values, field && catalog.child(field, name), catalog)
        : undefined;
    return common === undefined ? [] : [[name, common]];
  });
  return members.length > 0 ? Object.fromEntries(members) : undefined;
}

/** Entries that each list has once; those of which only the identity is equal are no use in a base. */
function commonEntries(
  lists: readonly (readonly Value[])[],
  field: Field,
  catalog: Catalog,
): readonly Value[] | undefined {
  const [first = []] = lists;
  const named = lists.map((list) => Map.groupBy(list, (item) => nameOf(item, field)));
  const entries = first.flatMap((item): Value[] => {
    const same = named.map((one) => one.get(nameOf(item, field)) ?? []);
    if (same.some((found) => found.length !== 1)) return [];
    const common = commonOf(same.flat(), catalog.child(field, '[]'), catalog);
    if (common === undefined) return [];
    const isMore = !isTree(common) || Object.keys(common).some((name) => !field.identity.includes(name));
    return isMore || sameValue(common, item) ? [common] : [];
  });
  return entries.length > 0 ? entries : undefined;
}

function nameOf(item: Value, { identity }: Field): string {
  return canonicalJson(isTree(item) ? identity.map((name) => item[name] ?? '') : item);
}

// ── the base, and the rest ───────────────────────────────────────────────────────────────────────────────────────

/** What is removed so that only the common part is left. */
function keeping(value: Value, common: Value, field: Field | undefined, catalog: Catalog): Patch | undefined {
  if (sameValue(value, common)) return undefined;
  if (isTree(value) && isTree(common)) {
    const keys = new Map<string, KeyStep>();
    for (const [name, member] of Object.entries(value)) {
      const kept = common[name];
      const step: KeyStep | undefined =
        kept === undefined
          ? { kind: 'remove' }
          : keeping(member, kept, field && catalog.child(field, name), catalog);
      if (step) keys.set(name, step);
    }
    return { kind: 'map', keys };
  }
  if (!isList(value) || !isList(common) || !field) return { kind: 'replace', value: common };
  const kept = new Map(common.map((item) => [nameOf(item, field), item]));
  const items = value.flatMap((item, from): ItemStep[] => {
    const wanted = kept.get(nameOf(item, field));
    if (wanted === undefined) return [];
    const patch = keeping(item, wanted, catalog.child(field, '[]'), catalog);
    return [patch ? { from, patch } : { from }];
  });
  return { kind: 'list', items };
}

/** An overlay declares something: one that would be empty repeats the first value of the base. */
function overlayOf(text: string, tree: Tree, common: Tree, dialect: Dialect): string {
  const { catalog } = dialect;
  const patch = without(tree, common, catalog.root, catalog);
  if (patch?.kind !== 'remove') return withPatch(text, patch, dialect);
  const [repeated] = Object.keys(tree).toSorted((a, b) => sizeOf(tree[a]) - sizeOf(tree[b]));
  const keys = Object.keys(tree).filter((name) => name !== repeated);
  const steps = new Map<string, KeyStep>(keys.map((name) => [name, { kind: 'remove' }]));
  return withPatch(text, { kind: 'map', keys: steps }, dialect);
}

const sizeOf = (value: Value | undefined): number => canonicalJson(value ?? null).length;

type Without = Patch | { readonly kind: 'remove' } | undefined;

/** What is removed because the base says it. */
function without(value: Value, base: Value, field: Field | undefined, catalog: Catalog): Without {
  if (sameValue(value, base)) return { kind: 'remove' };
  if (isTree(value) && isTree(base)) return withoutMembers(value, base, { field, identity: [] }, catalog);
  if (isList(value) && isList(base) && field && field.identity.length > 0)
    return withoutEntries(value, base, field, catalog);
  return undefined;
}

function withoutMembers(
  value: Tree,
  base: Tree,
  { field, identity }: { readonly field: Field | undefined; readonly identity: readonly string[] },
  catalog: Catalog,
): Without {
  const keys = new Map<string, KeyStep>();
  for (const [name, member] of Object.entries(value)) {
    const known = base[name];
    if (known === undefined || identity.includes(name)) continue;
    const step = without(member, known, field && catalog.child(field, name), catalog);
    if (step) keys.set(name, step);
  }
  const isGone = Object.keys(value).every((name) => keys.get(name)?.kind === 'remove');
  if (isGone) return { kind: 'remove' };
  return keys.size > 0 ? { kind: 'map', keys } : undefined;
}

function withoutEntries(
  value: readonly Value[],
  base: readonly Value[],
  field: Field,
  catalog: Catalog,
): Without {
  const { identity } = field;
  const known = new Map(base.map((item) => [nameOf(item, field), item]));
  const items = value.flatMap((item, from): ItemStep[] => {
    const same = known.get(nameOf(item, field));
    if (same === undefined) return [{ from }];
    if (sameValue(item, same) || !isTree(item) || !isTree(same)) return [];
    const patch = withoutMembers(item, same, { field: catalog.child(field, '[]'), identity }, catalog);
    return [patch && patch.kind !== 'remove' ? { from, patch } : { from }];
  });
  return items.length === 0 ? { kind: 'remove' } : { kind: 'list', items };
}

// ── whether they say the same together ───────────────────────────────────────────────────────────────────────────

/** Top-level keys that the base and the overlay don't give as the target has them. */
function misfits(base: string, overlay: string, tree: Tree, catalog: Catalog): readonly string[] {
  const layers = [base, overlay].flatMap((text): LocatedMap[] => {
    const { root } = readYaml(text, '');
    return root?.kind === 'map' ? [root] : [];
  });
  const merged = valueOf(mergeLayers(layers, catalog).root) as Tree; // of mappings
  const names = new Set([...Object.keys(tree), ...Object.keys(merged)]);
  return [...names].filter((name) => {
    const field = catalog.child(catalog.root, name);
    return ordered(merged[name], field, catalog) !== ordered(tree[name], field, catalog);
  });
}

/** As text, lists whose order means nothing sorted. */
function ordered(value: Value | undefined, field: Field | undefined, catalog: Catalog): string {
  if (isList(value)) {
    const items = value.map((item) => ordered(item, field && catalog.child(field, '[]'), catalog));
    return `[${(field && !isOrdered(field) ? items.toSorted() : items).join(',')}]`;
  }
  if (!isTree(value)) return canonicalJson(value ?? null);
  const members = Object.entries(value)
    .map(
      ([name, member]) =>
        `${JSON.stringify(name)}:${ordered(member, field && catalog.child(field, name), catalog)}`,
    )
    .toSorted();
  return `{${members.join(',')}}`;
}

function lostIn(texts: readonly string[], base: string, overlays: readonly string[]): readonly number[] {
  const comments = (text: string): readonly string[] =>
    text.match(/(?:^|\s)#.*$/gm)?.map((one) => one.trim()) ?? [];
  const shared = new Set(comments(base));
  return texts.map((text, i) => {
    const own = new Set(comments(overlays[i] ?? ''));
    return comments(text).filter((one) => !shared.has(one) && !own.has(one)).length;
  });
}
