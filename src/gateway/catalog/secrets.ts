// Finds the secrets in a configuration: values that the schema marks, members whose names indicate credentials, and
// passwords inside URLs. The caller decides what replaces them.
import type { Fingerprints, KnownTexts } from '../../domain/secret.ts';
import type { Redacted, RedactedSecret } from '../../domain/redacted.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import { carriesCredential } from './credential-names.ts';
import type { Field } from './field.ts';
import { mapUrlSecrets } from './url-secrets.ts';

/** Steps from the given value: keys of mappings, indexes of lists. */
export type SecretPlace = readonly (string | number)[];

/** The replacement of a secret: `whole` for a whole value, `part` for a part of a text whose rest is kept. */
export interface SecretReplacement<T> {
  whole(secret: string, place: SecretPlace): T;
  part(secret: string, place: SecretPlace): string;
  /** Texts (and numbers, as texts) that are secrets although nothing about their path shows it. */
  hides?(text: string, field: Field | undefined): boolean;
}

export type Mapped<T> = Value | T | readonly Mapped<T>[] | { readonly [key: string]: Mapped<T> };

/**
 * The value with every secret replaced. `field` is its field; undefined for a key that the catalog doesn't know,
 * below which names decide. Empty texts, null and booleans are never secrets. Doesn't change its input.
 */
export function mapSecrets<T>(
  field: Field | undefined,
  value: Value,
  replacement: SecretReplacement<T>,
  place: SecretPlace = [],
): Mapped<T> {
  if (field?.secret) return replaceAll(value, replacement, place);
  // A single secret in place of a list of secrets is a secret too.
  if (field?.item?.secret && !isList(value)) return replaceAll(value, replacement, place);
  if (typeof value === 'string') return textBelow(field, value, replacement, place);
  if (isList(value)) {
    const item = field?.item ?? freeForm(field);
    return value.map((each, i) => mapSecrets(item, each, replacement, [...place, i]));
  }
  if (typeof value === 'number' && replacement.hides?.(String(value), field))
    return replacement.whole(String(value), place);
  if (!isTree(value)) return value;
  return mapMembers(value, (name, member) => memberBelow(field, name, member, replacement, [...place, name]));
}

/** Plain assignment, also for the name `__proto__`. */
function mapMembers<T>(tree: Tree, map: (name: string, member: Value) => T): { readonly [name: string]: T } {
  const mapped: Record<string, T> = {};
  for (const name of Object.keys(tree)) {
    const value = map(name, tree[name] as Value);
    if (name !== '__proto__') mapped[name] = value;
    else Object.defineProperty(mapped, name, { value, enumerable: true, configurable: true, writable: true });
  }
  return mapped;
}

/** Every secret text of a value, including secret parts of texts. */
export function secretsIn(field: Field | undefined, value: Value): string[] {
  const found: string[] = [];
  const keep = (secret: string): string => {
    found.push(secret);
    return secret;
  };
  mapSecrets(field, value, { whole: keep, part: keep });
  return found;
}

/** The value for output: secrets as fingerprints, `socks5://user:#1a2b3c4d@host` for a part. */
export function shownAt(field: Field | undefined, value: Value, fingerprints: Fingerprints): Redacted {
  return mapSecrets<Redacted>(field, value, {
    whole: (secret) => redactedSecret(secret, fingerprints),
    part: (secret) => `#${fingerprints.of(secret)}`,
    hides: (text, at) => hidesAt(at, text, fingerprints.known),
  });
}

function redactedSecret(secret: string, fingerprints: Fingerprints): RedactedSecret {
  const name = fingerprints.nameOf(secret);
  const reference = fingerprints.known.nameOf(secret);
  return {
    $secret: fingerprints.of(secret),
    ...(name !== undefined && { name }),
    ...(reference !== undefined && { reference }),
  };
}

/**
 * A free-form value, or a value under a user-defined name: a header, a parameter, a plugin's setting. Only its
 * authors know whether such a value is a secret.
 */
export function isOpenField(field: Field | undefined): boolean {
  if (!field || field.kind === 'any') return true;
  return field.parent?.kind === 'map' && field.parent.partlySecret === 'by-name';
}

/** Whether to hide a text at a path that isn't secret itself. */
export function hidesAt(field: Field | undefined, text: string, known: KnownTexts): boolean {
  if (text === '') return false;
  if (known.isSecret(text, field?.pattern)) return true;
  return isOpenField(field) && !isClientHeader(text) && !known.isPlain(text);
}

/** Whether a text at this field under this name would be a secret as a whole. */
export function isSecretName(field: Field, name: string): boolean {
  return field.secret || (namesDecide(field) && carriesCredential(name));
}

function textBelow<T>(
  field: Field | undefined,
  value: string,
  replacement: SecretReplacement<T>,
  place: SecretPlace,
): Mapped<T> {
  if (value !== '' && replacement.hides?.(value, field)) return replacement.whole(value, place);
  const mayHoldUrl = !field || field.kind === 'any' || field.partlySecret === 'userinfo';
  return mayHoldUrl ? mapUrlSecrets(value, (secret) => replacement.part(secret, place)) : value;
}

function memberBelow<T>(
  field: Field | undefined,
  name: string,
  member: Value,
  replacement: SecretReplacement<T>,
  place: SecretPlace,
): Mapped<T> {
  const known = field?.fields?.get(name);
  if (known) return mapSecrets(known, member, replacement, place);
  const decisive = !field?.value || namesDecide(field);
  if (decisive && carriesCredential(name, isTree(member)) && !copiesClientHeader(field, member))
    return replaceAll(member, replacement, place);
  return mapSecrets(field?.value ?? freeForm(field), member, replacement, place);
}

/** `$Name` in a header copies the client's header of that name (C v0 §2.1.2, `headers`). */
function copiesClientHeader(field: Field | undefined, value: Value): boolean {
  return field?.kind === 'map' && typeof value === 'string' && isClientHeader(value);
}

const isClientHeader = (text: string): boolean => /^\s*\$[\w-]+\s*$/.test(text);

function namesDecide(field: Field): boolean {
  return field.kind === 'any' || field.partlySecret === 'by-name';
}

function freeForm(field: Field | undefined): Field | undefined {
  return field?.kind === 'any' && !field.fields ? field : undefined;
}

/** Below a secret, everything that could be a secret is one. */
function replaceAll<T>(value: Value, replacement: SecretReplacement<T>, place: SecretPlace): Mapped<T> {
  if (isList(value)) return value.map((each, i) => replaceAll(each, replacement, [...place, i]));
  if (isTree(value))
    return Object.fromEntries(
      Object.entries(value).map(([name, member]) => [
        name,
        replaceAll(member, replacement, [...place, name]),
      ]),
    );
  if (value === null || value === '' || typeof value === 'boolean') return value;
  return replacement.whole(String(value), place);
}
