// The path from the root to a difference, in two spellings: for people (entries by name, secrets as `#fingerprint`)
// and for the state (the same, without anything that depends on a key that can be rotated).
import type { Field } from '../../gateway/catalog/field.ts';
import { shownAt } from '../../gateway/catalog/secrets.ts';
import { entry, key, type Path, type Segment } from '../../domain/path.ts';
import { keyLabel } from '../../domain/named-key.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import { memoBy } from '../../lib/memo.ts';
import { isTree, type Value } from '../../lib/value.ts';
import { hasIdentity, identityOf, memberText } from './identity.ts';

/** One step, linked to its parent. It is converted to text only for the few paths that differ. */
export type Location = KeyStep | EntryLocation;

interface KeyStep {
  readonly up: Location | undefined;
  readonly key: string;
}

export interface EntryLocation {
  readonly up: Location | undefined;
  readonly list: Field;
  /** The value afterwards, or the previous one if it is removed. */
  readonly value: Value;
  /** Its position in its list. */
  readonly index: number;
  /** The lists before and after, to distinguish entries of the same name. */
  readonly among: readonly (readonly Value[])[];
}

export interface Spelling {
  readonly fingerprints: Fingerprints;
  /** `Store.hash`. */
  readonly hash: (text: string) => string;
}

export function pathOf(location: Location | undefined, fingerprints: Fingerprints): Path {
  const path: Segment[] = [];
  for (let step = location; step; step = step.up)
    path.push('key' in step ? key(step.key) : entry(labelOf(step, fingerprints)));
  return path.toReversed();
}

/** As path text; secret identities are keyed hashes of the Store. */
export function statePathOf(location: Location | undefined, hash: Spelling['hash']): Path {
  const path: Segment[] = [];
  for (let step = location; step; step = step.up)
    path.push('key' in step ? key(step.key) : entry(stateLabelOf(step, hash)));
  return path.toReversed();
}

/** The same, with the number of the entry among those of its identity, from 0. */
export const statePathAt = (step: EntryLocation, ordinal: number, hash: Spelling['hash']): Path => [
  ...statePathOf(step.up, hash),
  entry(stateLabelAt(step, ordinal, hash)),
];

/**
 * The label of an entry for people: its alias or name, `#fingerprint` of a secret, or its position if it has no
 * name.
 */
export function labelOf(step: EntryLocation, fingerprints: Fingerprints): string {
  const { list, value, index } = step;
  if (!hasIdentity(list)) return String(index);
  const [first, ...others] = namesOf(list, value, fingerprints);
  if (first === undefined) return String(index);
  if (!isShared(step, 'primary')) return first;
  const longer = [first, ...others].join('@');
  return isShared(step, 'identity') ? `${longer}~${ordinalOf(step) + 1}` : longer;
}

/** Cached per step, because everything below an entry needs its label again. */
const stateLabelOf = memoBy((step: EntryLocation, hash: Spelling['hash']) => makeStateLabel(step, hash));

function makeStateLabel(step: EntryLocation, hash: Spelling['hash']): string {
  return hasIdentity(step.list) ? stateLabelAt(step, ordinalOf(step), hash) : String(step.index);
}

function stateLabelAt(step: EntryLocation, ordinal: number, hash: Spelling['hash']): string {
  const identity = identityOf(step.list, step.value);
  const name = holdsSecret(step.list) ? `#${hash(identity).slice(0, 16)}` : identity.replaceAll('\n', '@');
  return ordinal === 0 ? name : `${name}~${ordinal + 1}`;
}

/** The names of an entry, the label first; secrets only as fingerprints. */
export function namesOf(list: Field, value: Value, fingerprints: Fingerprints): string[] {
  return membersInOrder(list)
    .map((member) => nameBy(list, value, member, fingerprints))
    .filter((name) => name !== '');
}

/** `alias` is a better name of a model than the upstream's spelling; otherwise the order of the identity. */
function membersInOrder(list: Field): readonly (string | undefined)[] {
  if (list.identity.length === 0) return [undefined];
  return list.identity.includes('alias')
    ? ['alias', ...list.identity.filter((member) => member !== 'alias')]
    : list.identity;
}

function nameBy(list: Field, value: Value, member: string | undefined, fingerprints: Fingerprints): string {
  const text = textBy(value, member);
  const field = fieldOf(list, member);
  if (text === '') return text;
  if (field?.secret || fingerprints.known.isSecret(text, field?.pattern)) return keyLabel(fingerprints, text);
  const shown = isSecret(field) ? shownAt(field, text, fingerprints) : text;
  return typeof shown === 'string' ? shown : keyLabel(fingerprints, text);
}

/** A name that describes an entry outside its path. */
export function shownName(name: string, fingerprints: Fingerprints): string {
  return fingerprints.known.isSecret(name, undefined) ? keyLabel(fingerprints, name) : name;
}

/**
 * The same, plus names that a pattern can contain too: fingerprints of keys that have a name, and texts that are hidden
 * only because they come from a reference.
 */
export function namesInPatterns(list: Field, value: Value, fingerprints: Fingerprints): string[] {
  const open = membersInOrder(list).filter((member) => !isSecret(fieldOf(list, member)));
  const unnamed = { ...fingerprints, nameOf: () => undefined };
  return [
    ...namesOf(list, value, fingerprints),
    ...namesOf(list, value, unnamed),
    ...open.map((member) => textBy(value, member)),
  ].filter((name, i, all) => name !== '' && all.indexOf(name) === i);
}

const fieldOf = (list: Field, member: string | undefined): Field | undefined =>
  member === undefined ? list.item : list.item?.fields?.get(member);

function textBy(value: Value, member: string | undefined): string {
  if (member !== undefined) return isTree(value) ? memberText(value, member) : '';
  return typeof value === 'string' ? value : JSON.stringify(value);
}

function primaryOf(list: Field, value: Value): string {
  for (const member of membersInOrder(list)) {
    const text = textBy(value, member);
    if (text !== '') return text;
  }
  return '';
}

/** Or may be one. */
function isSecret(field: Field | undefined): boolean {
  return field !== undefined && (field.secret || field.partlySecret !== undefined);
}

function holdsSecret(list: Field): boolean {
  if (list.identity.length === 0) return isSecret(list.item);
  return list.identity.some((member) => isSecret(list.item?.fields?.get(member)));
}

type Naming = 'primary' | 'identity';

const NAME_BY: Record<Naming, (list: Field, value: Value) => string> = {
  primary: primaryOf,
  identity: identityOf,
};

/** How often each name occurs in a list. */
const censuses: Record<Naming, (entries: readonly Value[], list: Field) => ReadonlyMap<string, number>> = {
  primary: memoBy((entries, list) => censusOf(entries, list, 'primary')),
  identity: memoBy((entries, list) => censusOf(entries, list, 'identity')),
};

function censusOf(entries: readonly Value[], list: Field, naming: Naming): ReadonlyMap<string, number> {
  const census = new Map<string, number>();
  for (const value of entries) {
    const name = NAME_BY[naming](list, value);
    census.set(name, (census.get(name) ?? 0) + 1);
  }
  return census;
}

/** Whether two entries of the list before, or of the list after, have this entry's name. */
function isShared({ list, value, among }: EntryLocation, naming: Naming): boolean {
  const name = NAME_BY[naming](list, value);
  return among.some((entries) => (censuses[naming](entries, list).get(name) ?? 0) > 1);
}

/** The entries of this identity, before and after, if there is more than one. */
export function duplicatesOf(step: EntryLocation): readonly (readonly Value[])[] | undefined {
  if (!hasIdentity(step.list) || !isShared(step, 'identity')) return undefined;
  const identity = identityOf(step.list, step.value);
  return step.among.map((entries) => entries.filter((one) => identityOf(step.list, one) === identity));
}

/** The number of this entry among those of its identity, from 0. */
function ordinalOf(step: EntryLocation): number {
  if (!isShared(step, 'identity')) return 0;
  const { list, value, among, index } = step;
  const identity = identityOf(list, value);
  const own = among.find((entries) => entries[index] === value) ?? [];
  return own.slice(0, index).filter((one) => identityOf(list, one) === identity).length;
}
