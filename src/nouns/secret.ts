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

/** Names secrets: the same text gives the same name, different texts different names. */
export interface Fingerprints {
  /** 8 hex digits, more where two secrets named by this instance would coincide. */
  of(secret: string): string;
  /** Whether a text is a secret wherever it stands: what a reference brought to a place that the catalog leaves open. */
  hides(text: string): boolean;
}

/**
 * Fingerprints as HMAC-SHA256 under `key`, so that a name cannot be tested against guesses without the key. `hidden` may
 * grow: it is asked anew for each text.
 */
export function fingerprintsBy(
  key: string | Uint8Array,
  hidden: ReadonlySet<string> = new Set(),
): Fingerprints {
  const ready = createSecretKey(Buffer.from(key));
  const names = new Map<string, string>();
  const taken = new Map<string, string>();
  return {
    hides: (text) => hidden.has(text),
    of(secret) {
      const known = names.get(secret);
      if (known !== undefined) return known;
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
