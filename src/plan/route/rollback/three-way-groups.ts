// Three-way comparison of families of v8 credentials. The grouping of keys is irrelevant, and a gateway regroups
// them when someone sets a member of one key through the v0 API. Therefore, if the groups aren't the same in all
// versions, the keys are compared with their inherited values. Pure.
import { key, type Path } from '../../../domain/path.ts';
import type { Field } from '../../../gateway/catalog/field.ts';
import { effectiveEntries, effectiveField, familyAt } from '../../../gateway/layout/effective.ts';
import type { Family } from '../../../gateway/layout/table.ts';
import { isTree, listOf, type Tree, type Value } from '../../../lib/value.ts';
import { mergeGroups } from '../../localise/merge-groups.ts';
import type { RedactSteps } from '../../diff/redact-at.ts';

/** The path of a value, and the same path for output. */
export interface Place {
  readonly path: Path;
  readonly steps: RedactSteps;
}

export interface Groups {
  readonly before: readonly Value[];
  readonly ours: readonly Value[];
  readonly now: readonly Value[];
}

/** The keys of three versions of a family, each with its inherited values, as one list under `field`. */
export interface EffectiveKeys extends Groups {
  readonly field: Field;
  /** The current groups, with the given keys in them. */
  readonly regroup: (keys: readonly Value[]) => readonly Value[];
}

/** Undefined: the family has no groups, or (unless `always`) its groups have the same keys in all versions. */
export function effectiveKeys(field: Field, groups: Groups, always: boolean): EffectiveKeys | undefined {
  const family = field.effective && familyAt(field.pattern);
  if (family?.form !== 'groups' || !(always || isRegrouped(groups))) return undefined;
  const keysOf = (list: readonly Value[]): readonly Value[] =>
    effectiveEntries(list, family).map((effective) => effective.entry);
  return {
    field: effectiveField(field),
    before: keysOf(groups.before),
    ours: keysOf(groups.ours),
    now: keysOf(groups.now),
    regroup: (keys) => regrouped(field, family, groups.now, keys),
  };
}

/** The path of keys, whatever their group: `api-keys.codex.keys`. */
export const placeOfKeys = ({ path, steps }: Place): Place => ({
  path: [...path, key('keys')],
  steps: [...steps, 0, 'keys'],
});

const isRegrouped = ({ before, ours, now }: Groups): boolean =>
  new Set([before, ours, now].map(shapeOf)).size > 1;

/** Which keys are in one group, and where. */
const shapeOf = (groups: readonly Value[]): string =>
  JSON.stringify(
    groups.map((group) =>
      isTree(group)
        ? [
            group['name'],
            group['base-url'],
            listOf(group['keys']).map((one) => isTree(one) && one['api-key']),
          ]
        : group,
    ),
  );

function regrouped(
  field: Field,
  family: Family & { readonly form: 'groups' },
  live: readonly Value[],
  keys: readonly Value[],
): readonly Value[] {
  const declared = keys.map((one) => groupOf(one as Tree, family));
  return mergeGroups({ family, field, live, declared, ownership: 'whole', placed: () => false }).groups;
}

/** A group of its own. */
function groupOf(effective: Tree, { shared }: Family & { readonly form: 'groups' }): Tree {
  const isOfGroup = ([name]: readonly [string, Value]): boolean => name === 'base-url' || shared.has(name);
  const members = Object.entries(effective);
  return {
    ...Object.fromEntries(members.filter(isOfGroup)),
    keys: [Object.fromEntries(members.filter((member) => !isOfGroup(member)))],
  };
}
