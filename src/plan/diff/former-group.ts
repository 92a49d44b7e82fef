// A group of v8 credentials that the gateway lost as a whole. The declared keys come back in a new group, whose name
// differs, so its path has no record. The keys have one.
import type { Origin } from '../../domain/plan/change.ts';
import { isList, isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { RawDifference } from './diff.ts';
import type { EntryLocation, Location } from './location.ts';
import { absentHash, hashOf, leafHashes, type OriginInput, sameLeaves, stateKey } from './origin.ts';

export interface FormerGroup {
  /** Where the state records it. */
  readonly at: string;
  /** `drift`: the files declare what was applied. `both`: they declare something else. */
  readonly origin: Origin;
}

/** Undefined: something else is added, or a key that is somewhere on the gateway, or that was never applied. */
export function formerGroup(
  { kind, location, after }: RawDifference,
  input: OriginInput,
): FormerGroup | undefined {
  if (kind !== 'add' || !('list' in location) || !isTree(after)) return undefined;
  const keys = after['keys'];
  const field = location.list.item?.fields?.get('keys');
  if (!field || !isList(keys) || keys.length === 0 || keys.some((key) => isLive(key, location)))
    return undefined;
  const hashes = input.lastApplied?.hashes ?? {};
  const [list, own] = [stateKey(location.up, input.hash), stateKey(location, input.hash)];
  const tails = keys.map((value, index) => {
    const key: Location = { up: { up: location, key: 'keys' }, list: field, value, index, among: [keys] };
    return { value, tail: stateKey(key, input.hash).slice(own.length) };
  });
  const groups = new Set(tails.map(({ tail }) => groupWith(tail, list, hashes)));
  const [at] = groups;
  if (groups.size > 1 || at === undefined) return undefined;
  const item = field.item ?? field;
  const sameKeys = tails.every(({ value, tail }) => hashes[at + tail] === hashOf(item, value, input.hash));
  const isAsApplied = input.sameRevision || (sameKeys && sameMembers(after, location, at, input));
  return { at, origin: isAsApplied ? 'drift' : 'both' };
}

/**
 * Whether the difference is inside a group. The keys of the files are put into the groups that are there now, so the same
 * files can have another form than at the last apply.
 */
export function isInGroup(location: Location | undefined): boolean {
  for (let at = location; at; at = at.up)
    if ('list' in at && at.list.item?.fields?.has('keys') === true) return true;
  return false;
}

/** Whether a group of the gateway has the key. */
function isLive(key: Value, { among: [live = []] }: EntryLocation): boolean {
  const secret = isTree(key) ? key['api-key'] : undefined;
  const keysOf = (group: Value): readonly Value[] => listOf(isTree(group) ? group['keys'] : undefined);
  return live.some((group) => keysOf(group).some((one) => isTree(one) && one['api-key'] === secret));
}

function groupWith(tail: string, list: string, hashes: Readonly<Record<string, string>>): string | undefined {
  const found = Object.keys(hashes).find((place) => place.startsWith(`${list}[`) && place.endsWith(tail));
  return found?.slice(0, -tail.length);
}

/** What the group itself declares, without its keys. Its name and address are part of the path. */
function sameMembers(group: Tree, location: EntryLocation, at: string, input: OriginInput): boolean {
  const { list } = location;
  const own = stateKey(location, input.hash);
  const outside = new Set(['keys', 'name', ...list.identity]);
  const declared = Object.entries(group).flatMap(([name, value]) => {
    const field = list.item?.fields?.get(name);
    if (!field || outside.has(name)) return [];
    const hashes = [...leafHashes({ up: location, key: name }, field, value, input.hash)];
    return hashes.map(([place, hash]) => [place.slice(own.length), hash] as const);
  });
  const recorded = Object.entries(input.lastApplied?.hashes ?? {})
    .filter(([place]) => place.startsWith(`${at}.`))
    .map(([place, hash]) => [place.slice(at.length), hash] as const)
    // Entries of lists are in the hash of their list.
    .filter(([tail]) => !tail.includes('[') && !outside.has(tail.slice(1)));
  const leaves = recorded.filter(([tail]) => !recorded.some(([other]) => other.startsWith(`${tail}.`)));
  return sameLeaves(new Map(declared), new Map(leaves), absentHash(input.hash));
}
