// What the files should ask for, and what they ask for now, both in the layout of the files. Families of credentials keep
// the groups of the files: how a gateway groups its keys is nothing to adopt.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { effectiveEntries, effectiveField } from '../../gateway/layout/effective.ts';
import { factsOf, sameLayout } from '../../gateway/layout/layouts.ts';
import { pathsIn } from '../../gateway/layout/locate.ts';
import { type Family, layoutTable } from '../../gateway/layout/table.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { translate } from '../../gateway/layout/translate.ts';
import { coversPath, parsePath } from '../../domain/path.ts';
import type { Ownership, Policy } from '../../domain/target.ts';
import { isList, isTree, listOf, type Tree, type Value, valueAt, withValue } from '../../lib/value.ts';
import type { Judged } from '../../plan/diff/changes.ts';
import { makeDifferences } from '../../plan/diff/patch.ts';
import { pair } from '../../plan/diff/identity.ts';
import { mergeGroups } from '../../plan/localise/merge-groups.ts';
import type { Comparison } from '../../plan/compare-sides.ts';

export interface Images {
  /** What the gateway would have after an apply of the edited files. */
  readonly wanted: Tree;
  /** What it would have after an apply of the files as they are. */
  readonly planned: Tree;
}

export interface ImagesInput {
  readonly compared: Pick<Comparison, 'base' | 'proposed'>;
  /** Differences that the edited files leave as they are. */
  readonly left: readonly Judged[];
  /** Of the gateway. */
  readonly gateway: Catalog;
  /** Of the files. */
  readonly catalog: Catalog;
  readonly declared: Tree;
  readonly policy: Pick<Policy, 'ownership' | 'ignore'>;
}

export function imagesOf(input: ImagesInput): Images {
  const { compared, left, gateway, catalog } = input;
  const said = (image: Tree): Tree =>
    sameLayout(gateway.layout, catalog.layout)
      ? image
      : withoutDropped(translate(image, gateway.layout, catalog.layout).tree, catalog);
  const { image } = makeDifferences(
    compared.base.before,
    left.map(({ raw }) => raw),
  );
  const planned = said(compared.proposed.image);
  const wanted = said(image);
  return {
    planned,
    wanted: factsOf(catalog.layout).hasGroups ? inGroupsOfFiles(wanted, planned, input) : wanted,
  };
}

/** Without entries and names that a file can hold and the gateway drops when it loads it. */
function withoutDropped(tree: Tree, catalog: Catalog): Tree {
  const sections = Object.entries(tree).map(([name, value]): [string, Value] => {
    const field = catalog.child(catalog.root, name);
    const dropped = field ? normaliseAt(field, value).dropped : [];
    const gone = dropped.filter(
      ({ kind, place }) => typeof place.at(-1) === 'number' || (kind !== 'erased' && kind !== 'emptied'),
    );
    return [
      name,
      without(
        value,
        gone.map(({ place }) => place),
      ),
    ];
  });
  return Object.fromEntries(sections);
}

function without(value: Value, places: readonly (readonly (string | number)[])[]): Value {
  if (places.length === 0) return value;
  const below = (step: string | number): readonly (readonly (string | number)[])[] =>
    places.filter(([first, ...rest]) => first === step && rest.length > 0).map((place) => place.slice(1));
  const isGone = (step: string | number): boolean =>
    places.some((place) => place.length === 1 && place[0] === step);
  if (isList(value)) return value.flatMap((item, i) => (isGone(i) ? [] : [without(item, below(i))]));
  if (!isTree(value)) return value;
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, member]) =>
      isGone(name) ? [] : [[name, without(member, below(name))]],
    ),
  );
}

/** Policy in the words of the files; a family in groups is compared as it is grouped there, whole. */
export function policyOfFiles({
  catalog,
  policy,
}: Pick<ImagesInput, 'catalog' | 'policy'>): Pick<Policy, 'ownership' | 'ignore'> {
  const { layout, hasGroups } = factsOf(catalog.layout);
  const grouped = hasGroups ? familiesInGroups().map(({ v8 }) => parsePath(v8)) : [];
  return {
    ignore: policy.ignore.flatMap((path) => pathsIn(layout, path, layout)),
    ownership: policy.ownership
      .flatMap(({ path, ownership }) =>
        pathsIn(layout, path, layout).map((one) => ({ path: one, ownership })),
      )
      .filter(({ path }) => !grouped.some((family) => coversPath(family, path))),
  };
}

type Grouped = Extract<Family, { readonly form: 'groups' }>;

const familiesInGroups = (): readonly Grouped[] =>
  layoutTable().families.filter((family): family is Grouped => family.form === 'groups');

function inGroupsOfFiles(wanted: Tree, planned: Tree, input: ImagesInput): Tree {
  return familiesInGroups().reduce((tree, family) => {
    const steps = family.v8.split('.');
    const declared = valueAt(input.declared, steps);
    const field = input.catalog.at(steps);
    if (!isList(declared) || !field) return tree;
    const { groups } = mergeGroups({
      family,
      field,
      live: declared,
      declared: ownedGroups(family, { wanted, planned }, input),
      ownership: 'whole',
      placed: () => true,
    });
    return withValue(tree, steps, groups);
  }, wanted);
}

/** Without the keys that the files leave to others, and those that the gateway drops when it loads its file. */
function ownedGroups(family: Grouped, images: Images, input: ImagesInput): readonly Value[] {
  const steps = family.v8.split('.');
  const groups = listOf(valueAt(images.wanted, steps));
  const field = input.catalog.at(steps);
  if (!field) return groups;
  const entries = effectiveEntries(groups, family);
  const { dropped } = normaliseAt(
    effectiveField(field),
    entries.map(({ entry }) => entry),
  );
  const gone = new Set<number>([
    ...dropped.flatMap(({ place }) => (place.length === 1 ? [Number(place[0])] : [])),
    ...foreignEntries(family, images, input),
  ]);
  const places = new Set([...gone].map((i) => entries[i]?.place.join('/')));
  return groups.flatMap((group, at) => {
    if (!isTree(group) || !isList(group['keys'])) return [group];
    const keys = group['keys'].filter((_, i) => !places.has(`${at}/keys/${i}`));
    if (keys.length === group['keys'].length) return [group];
    return keys.length === 0 ? [] : [{ ...group, keys }];
  });
}

/** Entries of the wanted image that nothing declares and that an apply of the files as they are would leave alone. */
function foreignEntries(
  family: Grouped,
  { wanted, planned }: Images,
  { catalog, declared, policy }: ImagesInput,
): readonly number[] {
  const steps = family.v8.split('.');
  const field = catalog.at(steps);
  if (!field || ownershipOf(family, policy) === 'whole') return [];
  const entriesIn = (tree: Tree): readonly Value[] =>
    effectiveEntries(valueAt(tree, steps), family).map(({ entry }) => entry);
  const strangersTo = (tree: Tree): ReadonlySet<number> =>
    new Set(pair(effectiveField(field), entriesIn(wanted), entriesIn(tree)).left);
  const [undeclared, unplanned] = [strangersTo(declared), strangersTo(planned)];
  return [...undeclared].filter((i) => !unplanned.has(i));
}

function ownershipOf({ v8 }: Grouped, policy: ImagesInput['policy']): Ownership {
  const path = parsePath(v8);
  const own = policy.ownership.findLast(({ path: pattern }) =>
    pathsIn('v8', pattern, 'v8').some((one) => one.length === path.length && coversPath(one, path)),
  );
  return own?.ownership ?? 'whole';
}
