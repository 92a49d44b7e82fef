// The image of a v8 gateway if memory is right and the file isn't: the file, with the values of memory where the two
// disagree, in the layout of the file (design §9 `split-brain`). Pure.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import { familyAt } from '../../gateway/layout/effective.ts';
import { pathsIn } from '../../gateway/layout/locate.ts';
import { factsOf } from '../../gateway/layout/layouts.ts';
import { translate } from '../../gateway/layout/translate.ts';
import { hidesBelow, imageOf } from '../../gateway/image.ts';
import { sameAt } from '../../gateway/model/equal.ts';
import type { Memory } from '../../gateway/model/model.ts';
import { type Path, parsePath } from '../../domain/path.ts';
import {
  isList,
  isTree,
  listOf,
  type Tree,
  treeOf,
  type Value,
  valueAt,
  withValue,
} from '../../lib/value.ts';
import { mergeGroups } from './merge-groups.ts';

export interface SplitBrainImage {
  readonly dialect: Dialect;
  /** Content of the file. */
  readonly content: Tree;
  /** What the file loads to: it has what memory doesn't show. */
  readonly loaded: Memory;
  /** As `GET /v0/management/config` shows it. */
  readonly memory: Tree;
  /** The paths where they disagree, in the spelling of memory. */
  readonly paths: readonly string[];
}

export function resolveSplitBrain({ dialect, content, loaded, memory, paths }: SplitBrainImage): Tree {
  const { catalog, memoryCatalog } = dialect;
  const { layout, hasGroups } = factsOf(catalog.layout);
  const whole = imageOf(memory, loaded, memoryCatalog);
  const places = paths
    .map((text) => parsePath(text))
    .filter((path) => isComplete(memoryCatalog, path, memory, loaded));
  const held = places.reduce<Tree>(
    (tree, path) => withValue(tree, namesOf(path), valueAt(whole, namesOf(path))),
    {},
  );
  const translated = translate(held, 'legacy', layout).tree;
  const gone = places.filter((path) => valueAt(whole, namesOf(path)) === undefined);
  const rest = gone.flatMap((path) => pathsIn(layout, path, 'legacy')).reduce(withoutPath, content);
  return laidOver(
    catalog,
    catalog.root,
    rest,
    hasGroups ? inGroups(catalog, translated, content) : translated,
  );
}

/** Entries with members that memory doesn't show (TURN secrets) are distinguished only by their position. */
function isComplete(catalog: Catalog, path: Path, memory: Tree, loaded: Memory): boolean {
  const names = namesOf(path);
  const field = catalog.at(names);
  const [shown, filed] = [valueAt(memory, names), valueAt(loaded, names)];
  if (!field || !hidesBelow(field) || !isList(shown)) return true;
  return isList(filed) && filed.length === shown.length;
}

type Names = readonly string[];

/** A path of disagreement ends above its first list. */
const namesOf = (path: Path): Names => path.map(({ name }) => String(name));

function withoutPath(tree: Tree, path: Path): Tree {
  const [name = '', ...rest] = namesOf(path);
  const { [name]: value, ...others } = tree;
  if (value === undefined || (rest.length > 0 && !isTree(value))) return tree;
  return rest.length === 0 ? others : { ...tree, [name]: withoutPath(value as Tree, path.slice(1)) };
}

/** Families in their current grouping, as far as memory still has their keys. */
function inGroups(catalog: Catalog, translated: Tree, content: Tree): Tree {
  const families = translated['api-keys'];
  if (!isTree(families)) return translated;
  const live = content['api-keys'];
  const made = Object.entries(families).map(([provider, declared]) => {
    const family = familyAt(`api-keys.${provider}`);
    const field = catalog.at(['api-keys', provider]);
    if (family?.form !== 'groups' || !field || !isList(declared)) return [provider, declared] as const;
    const now = isTree(live) ? live[provider] : undefined;
    const task = { family, field, live: listOf(now), declared };
    return [provider, mergeGroups({ ...task, ownership: 'whole', placed: () => false }).groups] as const;
  });
  return { ...translated, 'api-keys': Object.fromEntries(made) };
}

/** Values with the same meaning keep the spelling of the file. */
function laidOver(catalog: Catalog, field: Field, file: Tree, translated: Tree): Tree {
  const made: Record<string, Value> = { ...file };
  for (const [name, value] of Object.entries(translated)) {
    const child = catalog.child(field, name);
    const now = file[name];
    if (child && isTree(value) && (isTree(now) || now === undefined))
      made[name] = laidOver(catalog, child, treeOf(now), value);
    else if (!child || !sameAt(child, now, value)) made[name] = value;
  }
  return made;
}
