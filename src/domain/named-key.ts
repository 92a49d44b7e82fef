// Keys that the settings or comments in the files name, so that output says `laptop` where it would say `#1a2b3c4d`.
import type { Path } from './path.ts';
import type { Position } from './problem/problem.ts';
import { type Fingerprints, fingerprintsBy, type KnownTexts, NOTHING_KNOWN, type Sealed } from './secret.ts';

export interface NamedKey {
  readonly kind: 'client' | 'provider';
  readonly name: string;
  /** The key, or what its fingerprint is: 8 hex digits or more. */
  readonly key: { readonly secret: Sealed<string> } | { readonly fingerprint: string };
  /** Of a client key: from then on it isn't declared, whatever the files say. ms since the epoch. */
  readonly expires?: number;
  /** Where it gets its name: in the settings, or at the key in the files. */
  readonly position: Position;
}

/** A letter, then letters, digits, blanks and `. _ @ -`, as the settings demand. */
export const isKeyName = (text: string): boolean =>
  /^\p{L}(?:[\p{L}\p{N} ._@-]{0,62}[\p{L}\p{N}._@-])?$/u.test(text);

/** The target with the names of keys that its files give too. */
export function withNames<T extends Pick<NamingTarget, 'named'>>(
  target: T,
  names: readonly NamedKey[] | undefined,
): T {
  return names === undefined || names.length === 0
    ? target
    : { ...target, named: [...(target.named ?? []), ...names] };
}

interface NamingTarget {
  readonly digestKey: Sealed<string>;
  readonly named?: readonly NamedKey[] | undefined;
}

/** The fingerprints of a target, with the names that its settings give to keys. */
export function fingerprintsOf(
  { digestKey, named = [] }: NamingTarget,
  known: KnownTexts = NOTHING_KNOWN,
): Fingerprints {
  const plain = fingerprintsBy(digestKey.open(), known);
  if (named.length === 0) return plain;
  const bySecret = new Map<string, string>();
  const byFingerprint = new Map<string, string>();
  for (const { key, name } of named)
    if ('secret' in key) bySecret.set(key.secret.open().trim(), name);
    else byFingerprint.set(key.fingerprint, name);
  return {
    ...plain,
    nameOf: (secret) =>
      bySecret.get(secret.trim()) ??
      (byFingerprint.size > 0 ? byFingerprint.get(plain.of(secret)) : undefined),
  };
}

/**
 * Paths as output spells them: a key that has a name is called by it, also where somebody wrote its fingerprint. A
 * fingerprint that was copied before the key got its name goes on to mean the key.
 */
export function pathsByName(target: NamingTarget): (path: Path) => Path {
  const { named = [] } = target;
  if (named.length === 0) return (path) => path;
  const { of } = fingerprintsBy(target.digestKey.open());
  const names = new Map(
    named.map(({ key, name }) => ['secret' in key ? of(key.secret.open()) : key.fingerprint, name]),
  );
  const nameOf = (text: string): string =>
    text.replace(/^#([0-9a-f]+)(?=$|@|~)/, (whole, digits: string) => names.get(digits) ?? whole);
  return (path) =>
    path.map((step) =>
      step.kind === 'entry' && step.name !== null ? { ...step, name: nameOf(step.name) } : step,
    );
}

/** What output calls a key: its name, or `#1a2b3c4d`. */
export const keyLabel = (fingerprints: Fingerprints, secret: string): string =>
  fingerprints.nameOf(secret) ?? `#${fingerprints.of(secret)}`;

/** The same as data. */
export function keyIn(
  fingerprints: Fingerprints,
  secret: string,
): { readonly key: string; readonly name?: string } {
  const name = fingerprints.nameOf(secret);
  return { key: fingerprints.of(secret), ...(name !== undefined && { name }) };
}

/** What text calls a key that is such data. */
export const keyText = ({ key, name }: { readonly key?: string; readonly name?: string }): string =>
  name ?? (key === undefined ? '' : `#${key.replace(/^#/, '')}`);
