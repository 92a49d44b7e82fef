// Groups for the v8 entries that no group in the file can take. Pure.
import type { EffectiveEntry } from '../../gateway/layout/effective.ts';
import type { Family } from '../../gateway/layout/table.ts';
import { isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { GroupMembers } from './group-members.ts';

export type Step = string | number;

/** Steps in the proposed groups with the steps of the declaration that they come from. */
export type Origin = readonly [proposed: readonly Step[], declared: readonly Step[]];

/** A declared entry without a partner, or one that can't stay in its group. */
export interface UnplacedEntry {
  readonly entry: EffectiveEntry;
  /** The declared group: unplaced entries of one declared group stay together. Negative: alone. */
  readonly from: number;
}

export interface NewGroupsInput {
  readonly unplaced: readonly UnplacedEntry[];
  readonly family: Family;
  readonly members: GroupMembers;
  /** Groups in the file. */
  readonly live: readonly Value[];
  readonly declared: readonly Value[];
  /** Groups that are proposed so far. */
  readonly before: readonly Value[];
}

export interface NewGroups {
  readonly groups: readonly Value[];
  readonly origins: readonly Origin[];
}

export function newGroups(input: NewGroupsInput): NewGroups {
  const { unplaced, declared, live, before } = input;
  const together = Map.groupBy(unplaced, ({ from }) => from);
  const taken = new Set([...live, ...before].map(nameOf));
  const groups: Value[] = [];
  const origins: Origin[] = [];
  for (const [from, others] of together) {
    const entries = others.map(({ entry }) => entry);
    const place = before.length + groups.length;
    const given = from >= 0 ? declared[from] : undefined;
    const [group, members] = newGroup(isTree(given) ? given : undefined, entries, input.members);
    groups.push({
      ...group,
      name: freeName(group['name'], { family: input.family, first: place + 1, taken }),
    });
    origins.push([[place], entries[0]?.place.slice(0, 1) ?? []]);
    entries.forEach(({ place: at }, nth) => origins.push([[place, 'keys', nth], at]));
    for (const [name, at] of members) origins.push([[place, name], at]);
  }
  return { groups, origins };
}

/** The declared group without the keys that are already placed; built from one entry if nothing is shared. */
function newGroup(
  declared: Tree | undefined,
  entries: readonly EffectiveEntry[],
  of: GroupMembers,
): [Tree, readonly [string, readonly Step[]][]] {
  const keys = listOf(declared?.['keys']);
  if (declared && entries.length > 0) {
    const own = entries.map(({ place }) => keys[Number(place[2])] as Value);
    return [{ ...declared, keys: own }, []];
  }
  const [only] = entries;
  const members = Object.entries(only?.entry ?? {});
  const onGroup = members.filter(([name]) => of.isOnGroups(name));
  const onKey = members.filter(([name]) => !of.isOnGroups(name));
  const group = { ...Object.fromEntries(onGroup), keys: [Object.fromEntries(onKey)] };
  return [group, onGroup.map(([name]) => [name, only?.members.get(name) ?? only?.place ?? []])];
}

interface Naming {
  readonly family: Family;
  readonly first: number;
  readonly taken: Set<Value | undefined>;
}

/** A label that no other group has, so that the group can be distinguished from others with its address. */
function freeName(given: Value | undefined, { family, first, taken }: Naming): Value {
  const provider = family.v8.slice(family.v8.indexOf('.') + 1);
  let number = first;
  while (taken.has(`${provider}-${number}`)) number += 1;
  const name = given === undefined || given === null || given === '' ? `${provider}-${number}` : given;
  taken.add(name);
  return name;
}

const nameOf = (group: Value): Value | undefined => (isTree(group) ? group['name'] : undefined);
