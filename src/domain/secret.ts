// How secrets are carried and shown. A sealed value cannot be printed by accident; a fingerprint names a secret
// without revealing it. Knows nothing of where secrets stand in a configuration: that is the catalog's.
import { createHmac, createSecretKey } from 'node:crypto';
import { inspect } from 'node:util';

/**
 * A box around anything that may hold secrets: raw files, trees, request bodies. JSON, string conversion and
 * `util.inspect` show only "[sealed]". Opening it is a visible act.
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

/** For what is rarely looked at: worked out when it is opened for the first time. */
export function sealLater<T extends object>(make: () => T): Sealed<T> {
  let content: T | undefined;
  return new Sealed(() => (content ??= make()));
}

/** What is known of texts, whatever the place that they are found at. */
export interface KnownTexts {
  /**
   * Whether a reference brought this text, now or in an earlier run. `place` is a pattern of the catalog: texts that are
   * too short to be looked for everywhere are known by their place.
   */
  isSecret(text: string, place: string | undefined): boolean;
  /** Whether the files say this text themselves, or said it when they were last applied. */
  isPlain(text: string): boolean;
  /** What the files call a secret text: the variable or file of the reference that brings it. */
  nameOf(text: string): string | undefined;
}

/** Without files and without state: no value of a free-form place is known to be harmless. */
export const NOTHING_KNOWN: KnownTexts = {
  isSecret: () => false,
  isPlain: () => false,
  nameOf: () => undefined,
};

/** Names secrets: the same text gives the same name, different texts different names. */
export interface Fingerprints {
  /** 8 hex digits, more where two secrets named by this instance would coincide. */
  of(secret: string): string;
  readonly known: KnownTexts;
}

/** Fingerprints as HMAC-SHA256 under `key`, so that a name cannot be tested against guesses without the key. */
export function fingerprintsBy(key: string | Uint8Array, known: KnownTexts = NOTHING_KNOWN): Fingerprints {
  const ready = createSecretKey(Buffer.from(key));
  const names = new Map<string, string>();
  const taken = new Map<string, string>();
  return {
    known,
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
