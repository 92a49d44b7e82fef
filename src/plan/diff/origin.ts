// Which side changed: derived from what was last applied, what the files declare and what the gateway has (design
// §8). Compares keyed hashes only; applied values aren't stored in plaintext anywhere.
import type { Field } from '../../gateway/catalog/field.ts';
import { canonical } from '../../gateway/model/equal.ts';
import type { Origin } from '../../domain/plan/change.ts';
import { formatPath } from '../../domain/path.ts';
import { type LastApplied, UNKNOWN, UNKNOWN_ENTRIES } from '../../domain/state/state.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';
import { canonicalJson } from '../../lib/stable-json.ts';
import type { RawDifference } from './diff.ts';
import { duplicatesOf, type EntryLocation, type Location, statePathAt, statePathOf } from './location.ts';
import { unknownField } from './unknown-key.ts';

export type Hash = (text: string) => string;

export interface OriginInput {
  readonly lastApplied: LastApplied | undefined;
  readonly hash: Hash;
  /** The desired state is the one last applied, so every difference comes from the gateway. */
  readonly sameRevision: boolean;
}

/** Hex digits: enough to distinguish the values of one path. */
const DIGITS = 16;

const keyed = (text: string, hash: Hash): string => hash(text).slice(0, DIGITS);

export const absentHash = (hash: Hash): string => keyed('', hash);

/** A value that equals absent has the hash of absent. */
export function hashOf(field: Field, value: Value | undefined, hash: Hash): string {
  const form = canonical(field, value);
  return keyed(form === undefined ? '' : canonicalJson(form), hash);
}

export function stateKey(location: Location | undefined, hash: Hash): string {
  return formatPath(statePathOf(location, hash));
}

export function originOf(difference: RawDifference, input: OriginInput): Origin {
  if (!input.lastApplied) return 'first';
  const { sequence } = difference;
  if (sequence) return judge(sequence.location, sequence.field, sequence.before, sequence.after, input);
  if (difference.kind === 'rename') return originOfRename(difference, input);
  if (isManagementSecret(difference.field)) return originOfSecret(difference, input);
  return judge(difference.location, difference.field, difference.before, difference.after, input);
}

function judge(
  location: Location | undefined,
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  input: OriginInput,
): Origin {
  const applied = appliedAt(location, input);
  if (applied === 'never') return judgeBelow(location, field, before, after, input);
  const duplicate = location && judgeDuplicate(location, field, before, after, input);
  if (duplicate) return duplicate;
  const gatewayMoved = hashOf(field, before, input.hash) !== applied.hash;
  const filesMoved = hashOf(field, after, input.hash) !== applied.hash;
  return sideOf(gatewayMoved, filesMoved);
}

function sideOf(gatewayMoved: boolean, filesMoved: boolean): Origin {
  if (gatewayMoved && filesMoved) return 'both';
  return gatewayMoved ? 'drift' : 'git';
}

/** One of several entries of one identity is added or removed: its value, not its position, shows which one. */
function judgeDuplicate(
  location: Location,
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  input: OriginInput,
): Origin | undefined {
  if (!('list' in location) || (before !== undefined && after !== undefined)) return undefined;
  const [was = [], willBe = was] = duplicatesOf(location) ?? [];
  if (was.length + willBe.length === 0) return undefined;
  const applied = [...appliedDuplicates(location, input)];
  const moved = (value: Value | undefined, entries: readonly Value[]): boolean => {
    if (value === undefined) return entries.length < applied.length;
    const hash = hashOf(field, value, input.hash);
    const count = (hashes: readonly string[]): number => hashes.filter((one) => one === hash).length;
    return count(entries.map((one) => hashOf(field, one, input.hash))) > count(applied);
  };
  return sideOf(moved(before, was), moved(after, willBe));
}

function* appliedDuplicates(location: EntryLocation, { lastApplied, hash }: OriginInput): Generator<string> {
  for (let ordinal = 0; ; ordinal += 1) {
    const known = lastApplied?.hashes[formatPath(statePathAt(location, ordinal, hash))];
    if (known === undefined) return;
    yield known;
  }
}

/** A whole mapping is added or removed, and single members of it were applied. */
function judgeBelow(
  location: Location | undefined,
  field: Field,
  before: Value | undefined,
  after: Value | undefined,
  input: OriginInput,
): Origin {
  if (!location || !('key' in location) || !(isTree(before) || isTree(after))) return 'first';
  const at = stateKey(location, input.hash);
  const applied = Object.entries(input.lastApplied?.hashes ?? {}).filter(
    ([place]) => place.startsWith(at) && /^[.[]/.test(place.slice(at.length)),
  );
  if (applied.length === 0) return 'first';
  const isAsApplied = (value: Value | undefined): boolean =>
    sameLeaves(
      new Map(applied),
      new Map(leafHashes(location, field, value, input.hash)),
      absentHash(input.hash),
    );
  if (isAsApplied(before)) return 'git';
  return isAsApplied(after) ? 'drift' : 'both';
}

/** An absent value has the hash of absent. */
export function sameLeaves(
  a: ReadonlyMap<string, string>,
  b: ReadonlyMap<string, string>,
  none: string,
): boolean {
  return [...new Set([...a.keys(), ...b.keys()])].every(
    (place) => (a.get(place) ?? none) === (b.get(place) ?? none),
  );
}

/** The paths at which an apply records the members of a mapping. */
export function* leafHashes(
  location: Location,
  field: Field,
  value: Value | undefined,
  hash: Hash,
): Generator<readonly [string, string]> {
  if (isTree(value) && Object.keys(value).length > 0) {
    for (const [key, member] of Object.entries(value)) {
      const inner = field.fields?.get(key) ?? field.value ?? unknownField(field, key);
      yield* leafHashes({ up: location, key }, inner, member, hash);
    }
  } else yield [stateKey(location, hash), hashOf(field, value, hash)];
}

/** What was applied at a path, which can be nothing; `never` if no path above it was applied either, or if it is unknown. */
function appliedAt(location: Location | undefined, input: OriginInput): { readonly hash: string } | 'never' {
  const hashes = input.lastApplied?.hashes ?? {};
  const own = hashes[stateKey(location, input.hash)];
  if (own === UNKNOWN || own === UNKNOWN_ENTRIES) return 'never';
  if (own !== undefined) return { hash: own };
  for (let up = location?.up; up; up = up.up) {
    const above = hashes[stateKey(up, input.hash)];
    if (above === UNKNOWN_ENTRIES) return 'never';
    if (above !== undefined) return { hash: absentHash(input.hash) };
  }
  return 'never';
}

/** If the new name was applied, someone renamed it back. If the old one was, the files renamed it. */
function originOfRename(difference: RawDifference, input: OriginInput): Origin {
  const { location, field, before, after } = difference;
  if (!('list' in location)) return judge(location, field, before, after, input);
  const applied = appliedAt(location, input);
  if (applied === 'never') return 'first';
  if (applied.hash === hashOf(field, after, input.hash)) return 'drift';
  const appliedOld = appliedAt(oldLocation(difference), input);
  return appliedOld !== 'never' && appliedOld.hash === hashOf(field, before, input.hash) ? 'git' : 'both';
}

/** Of an entry before its rename. */
export function oldLocation({ location, before }: RawDifference): Location {
  if (!('list' in location)) return location;
  const [was = []] = location.among;
  return { ...location, value: before as Value, index: was.indexOf(before as Value) }; // a rename has both values
}

/** A declared secret is known here only as a hash of its own, and two hashes of one secret differ. */
function originOfSecret({ location, field, before }: RawDifference, input: OriginInput): Origin {
  const applied = appliedAt(location, input);
  if (applied === 'never') return 'first';
  if (applied.hash === hashOf(field, before, input.hash)) return 'git';
  return input.sameRevision ? 'drift' : 'both';
}

export function isManagementSecret(field: Field): boolean {
  return field.pattern === 'remote-management.secret-key' || field.pattern === 'management.secret-key';
}

/** The panel turns a key off with `*` in its excluded models (C v0 §3.6). */
export function isPanelToggle({ location, before, after }: RawDifference): boolean {
  const member = 'key' in location ? location : location.up;
  if (!member || !('key' in member) || member.key !== 'excluded-models') return false;
  return holdsStar(before) !== holdsStar(after);
}

function holdsStar(value: Value | undefined): boolean {
  return value === '*' || (isList(value) && value.includes('*'));
}

/** The gateway writes `auth-dir` and `plugins.dir` with the home directory in place of `~` (C v0 §4.4 N10). */
export function isHomePath({ field, before, after }: RawDifference): boolean {
  if (!field.normalise.some((rule) => rule.endsWith('home-path'))) return false;
  return (
    typeof before === 'string' &&
    typeof after === 'string' &&
    after.startsWith('~/') &&
    before.endsWith(after.slice(1))
  );
}

/** This many settings that return to their defaults at once aren't a coincidence. */
const RESET = 3;

/** Drifted settings that all have the gateway's defaults: an installer or an empty file set them. */
export function resetToDefaults(drifted: readonly RawDifference[]): ReadonlySet<RawDifference> {
  const reset = drifted.filter(({ field, before }) => isDefault(field, before));
  return reset.length >= RESET && reset.length * 2 > drifted.length ? new Set(reset) : new Set();
}

function isDefault(field: Field, value: Value | undefined): boolean {
  return canonical(field, value) === undefined && field.kind !== 'any';
}
