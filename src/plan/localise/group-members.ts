// What the catalog says of the members of one family of v8 groups: which of them a group can set for its keys, when
// two values are the same, and what overrides a group. Pure.
import type { Field } from '../../gateway/catalog/field.ts';
import { type EffectiveEntry, effectiveField } from '../../gateway/layout/effective.ts';
import type { Family } from '../../gateway/layout/table.ts';
import { canonical, sameAt } from '../../gateway/model/equal.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import type { Ownership } from '../../domain/target.ts';
import { isTree, namesOfBoth, type Tree, type Value } from '../../lib/value.ts';

export interface GroupFamily {
  readonly family: Family;
  /** The family in the v8 catalog. */
  readonly field: Field;
  readonly ownership: Ownership;
  /** Entries that the policy ignores. */
  readonly ignored?: (entry: Tree) => boolean;
}

export class GroupMembers {
  /** The family as a list of effective entries. */
  readonly entries: Field;
  readonly #of: GroupFamily;

  constructor(of: GroupFamily) {
    this.#of = of;
    this.entries = effectiveField(of.field);
  }

  /** Names of the members that need a different value. */
  changed(old: EffectiveEntry, { entry }: EffectiveEntry): readonly string[] {
    if (this.#of.ignored?.(old.entry)) return [];
    const names = this.#of.ownership === 'members' ? Object.keys(entry) : namesOfBoth(old.entry, entry);
    return [...names].filter((name) => {
      const field = this.fieldOf(name);
      return field !== undefined && !sameAt(field, old.entry[name], normal(field, entry[name]));
    });
  }

  isEqual(name: string, a: Value | undefined, b: Value | undefined): boolean {
    const field = this.fieldOf(name);
    return field !== undefined && sameAt(field, normal(field, a), normal(field, b));
  }

  /** Whether a group and a declaration have the same value for all members that belong to groups. */
  haveSameShared(group: Tree, declared: Value | undefined): boolean {
    if (!isTree(declared)) return false;
    return [...(this.entries.item?.fields ?? [])].every(
      ([name, field]) => !this.isOnGroups(name) || sameAt(field, group[name], normal(field, declared[name])),
    );
  }

  fieldOf(name: string): Field | undefined {
    return this.entries.item?.fields?.get(name);
  }

  /** Whether a group sets it for its keys. */
  isOnGroups(name: string): boolean {
    const { family } = this.#of;
    return name === 'base-url' || (family.form === 'groups' && family.shared.has(name));
  }

  isOnKeys(name: string): boolean {
    return this.#of.field.item?.fields?.get('keys')?.item?.fields?.has(name) === true;
  }

  /** What the gateway doesn't know is removed when its key is written. */
  knownOf(key: Tree): Tree {
    const { fields } = this.entries.item ?? {};
    return Object.fromEntries(Object.entries(key).filter(([name]) => fields?.has(name)));
  }

  /** What overrides the group and means the same as nothing; pointer fields have no such value. */
  zeroOf(name: string): Value | undefined {
    const field = this.fieldOf(name);
    if (!field || field.pointer) return undefined;
    if (field.kind === 'list') return [];
    if (field.kind === 'map' || field.kind === 'struct') return {};
    const zero =
      field.kind === 'boolean' ? false : field.kind === 'string' || field.kind === 'duration' ? '' : 0;
    return canonical(field, zero) === undefined ? zero : undefined;
  }
}

const normal = (field: Field, value: Value | undefined): Value | undefined =>
  value === undefined ? undefined : normaliseAt(field, value).value;
