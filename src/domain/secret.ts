// How secrets are carried and shown. A sealed value can't be printed by accident; a fingerprint names a secret
// without revealing it. The catalog, not this file, knows which paths of a configuration are secret.
import { createHmac, createSecretKey } from 'node:crypto';
import { inspect } from 'node:util';

/**
 * A box around anything that can contain secrets: raw files, trees, request bodies. JSON, string conversion and
 * `util.inspect` show only "[sealed]". Code must open it explicitly.
 */
export class Sealed<T> {
  readonly #content: () => T;

  constructor(content: () => T) {
    this.#content = content;
  }

  open(): T {
    return this.#content();
  }

  toString(): string {
    return '[sealed]';
  }

  toJSON(): string {
    return '[sealed]';
  }

  [inspect.custom](): string {
    return '[sealed]';
  }
}

export function seal<T>(content: T): Sealed<T> {
  return new Sealed(() => content);
}

/** For rarely used values: computed when it is opened for the first time. */
export function sealLater<T extends object>(make: () => T): Sealed<T> {
  let content: T | undefined;
  return new Sealed(() => (content ??= make()));
}

/** What is known about texts, whatever their path. */
export interface KnownTexts {
  /**
   * Whether this text came from a reference, now or in an earlier run. `place` is a pattern of the catalog: texts
   * that are too short to search for everywhere are known by their path.
   */
  isSecret(text: string, place: string | undefined): boolean;
  /** Whether the files contain this text literally, or did when they were last applied. */
  isPlain(text: string): boolean;
  /** The name of a secret text in the files: the variable or file of its reference. */
  nameOf(text: string): string | undefined;
}

/** Without files and without state: no free-form value is known to be harmless. */
export const NOTHING_KNOWN: KnownTexts = {
  isSecret: () => false,
  isPlain: () => false,
  nameOf: () => undefined,
};

/** Names secrets: the same text gives the same name, different texts different names. */
export interface Fingerprints {
  /** 8 hex digits, or more if two secrets named by this instance would have the same. */
  of(secret: string): string;
  /** The name that somebody gave this secret. */
  nameOf(secret: string): string | undefined;
  readonly known: KnownTexts;
}

/** Fingerprints as HMAC-SHA256 under `key`, so that a name cannot be tested against guesses without the key. */
export function fingerprintsBy(key: string | Uint8Array, known: KnownTexts = NOTHING_KNOWN): Fingerprints {
  const ready = createSecretKey(Buffer.from(key));
  const names = new Map<string, string>();
  const taken = new Map<string, string>();
  return {
    known,
    nameOf: () => undefined,
    of(secret) {
      const named = names.get(secret);
      if (named !== undefined) return named;
      const digest = createHmac('sha256', ready).update(secret).digest('hex');
      let length = 8;
      while (taken.has(digest.slice(0, length)) && length < digest.length) length += 4;
      const name = digest.slice(0, length);
      taken.set(name, secret);
      names.set(secret, name);
      return name;
    },
  };
}
