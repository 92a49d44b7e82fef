// Families of credentials as the gateway uses them: one entry per key, with what it inherits from its group. The
// grouping and the names of groups are irrelevant (C v8 §2, design-v8 rule 18). Pure.
import { canonicalJson } from '../../lib/stable-json.ts';
import { memo, memoBy } from '../../lib/memo.ts';
import { isList, isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { Catalog, Field } from '../catalog/field.ts';
import { canonical } from '../model/equal.ts';
import { type Family, layoutTable } from './table.ts';

/** One credential with its inherited values, and its position. */
export interface EffectiveEntry {
  /** In the spelling of the flat layout. */
  readonly entry: Tree;
  /** Steps from the family's list: `[2]`, or for a key of a group `[2, 'keys', 0]`. */
  readonly place: readonly (string | number)[];
  /** Steps from the family's list to where each member was set. */
  readonly members: ReadonlyMap<string, readonly (string | number)[]>;
}

/** The family at this path of a v8 tree: `api-keys.codex`. */
export function familyAt(path: string): Family | undefined {
  return layoutTable().families.find(({ v8 }) => v8 === path);
}

/**
 * In flattened order. Skips what isn't a group or a key; validation reports that. A list belongs to one family, and
 * is processed once.
 */
export function effectiveEntries(groups: Value | undefined, family: Family): readonly EffectiveEntry[] {
  return isList(groups) ? entriesOfList(groups, family) : [];
}

const entriesOfList = memoBy((groups: readonly Value[], family: Family): readonly EffectiveEntry[] =>
  groups.flatMap((group, at) => (isTree(group) ? entriesOf(group, at, family) : [])),
);

function entriesOf(group: Tree, at: number, family: Family): readonly EffectiveEntry[] {
  if (family.form === 'records') return [recordOf(group, at, family.legacyKeys)];
  const { shared } = family;
  const common = Object.entries(group).filter(([name]) => name === 'base-url' || shared.has(name));
  const keys = group['keys'];
  return listOf(keys).flatMap((key, i) => {
    if (!isTree(key)) return [];
    const own = Object.entries(key).filter(([, value]) => value !== null);
    const given = new Set(own.map(([name]) => name));
    const inherited = common.filter(([name, value]) => !given.has(name) && value !== null);
    const place = [at, 'keys', i];
    return [
      {
        entry: Object.fromEntries([...own, ...inherited]),
        place,
        members: new Map([
          ...own.map(([name]) => [name, [...place, name]] as const),
          ...inherited.map(([name]) => [name, [at, name]] as const),
        ]),
      },
    ];
  });
}

function recordOf(group: Tree, at: number, legacyKeys: string): EffectiveEntry {
  const members = Object.entries(group).map(
    ([name, value]) => [name === 'keys' ? legacyKeys : name, value, [at, name]] as const,
  );
  return {
    entry: Object.fromEntries(members.map(([name, value]) => [name, value])),
    place: [at],
    members: new Map(members.map(([name, , place]) => [name, place])),
  };
}

/**
 * The list of effective entries of a family as a field, so that `normaliseAt`, `canonical` and `sameAt` treat them
 * like a list of the flat layout. `field` is the family in the v8 catalog.
 */
export const effectiveField: (field: Field) => Field = memo(effectiveFieldOf);

function effectiveFieldOf(field: Field): Field {
  const group = field.item;
  const keys = group?.fields?.get('keys');
  if (!field.effective || !group?.fields || !keys?.item?.fields) return renamedKeys(field);
  const { identity, normalise } = field.effective;
  const shared = [...group.fields].filter(([name]) => name !== 'name' && name !== 'keys');
  const own = [...keys.item.fields].filter(([name]) => !group.fields?.has(name));
  const item: Field = { ...keys.item, fields: new Map([...own, ...shared]) };
  return { ...field, identity, saverIdentity: ['api-key'], normalise, item };
}

/** A provider is one entry as it is. */
function renamedKeys(field: Field): Field {
  const family = familyAt(field.pattern);
  if (family?.form !== 'records' || !field.item?.fields) return field;
  const fields = [...field.item.fields].map(
    ([name, member]) => [name === 'keys' ? family.legacyKeys : name, member] as const,
  );
  return { ...field, item: { ...field.item, fields: new Map(fields) } };
}

export interface FamilyComparison {
  /** The same number of equal entries on both sides, whatever their order and grouping. */
  readonly same: boolean;
  /** Also in the same flattened order. */
  readonly sameOrder: boolean;
}

/** Compares two families, both as v8 groups. */
export function compareFamilies(
  catalog: Catalog,
  path: string,
  a: Value | undefined,
  b: Value | undefined,
): FamilyComparison {
  const family = familyAt(path);
  const field = catalog.at(path.split('.'));
  if (!family || !field) throw new Error(`${path} is no family of the v8 layout`);
  const [left, right] = [a, b].map((groups) => texts(groups, family, effectiveField(field)));
  const same = left?.toSorted().join('\n') === right?.toSorted().join('\n');
  return { same, sameOrder: same && left?.join('\n') === right?.join('\n') };
}

/** One text for each entry as the gateway stores it. */
function texts(groups: Value | undefined, family: Family, field: Field): readonly string[] {
  const entries = effectiveEntries(groups, family).map(({ entry }) => entry);
  const held = canonical(field, entries);
  return listOf(held).map(canonicalJson);
}
