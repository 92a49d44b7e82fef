// Values for output: every secret is replaced by its fingerprint.

/** Replaces a secret. In JSON `{"$secret": "1a2b3c4d", "name": "laptop", "reference": "LAPTOP_KEY"}`. */
export interface RedactedSecret {
  readonly $secret: string;
  /** Of a key that the settings name. */
  readonly name?: string;
  /** The variable or file that the secret comes from, if the files refer to it. */
  readonly reference?: string;
}

/** A value without secrets, ready for a plan, a log or a page. */
export type Redacted = string | number | boolean | null | RedactedSecret | readonly Redacted[] | RedactedTree;

export interface RedactedTree {
  readonly [key: string]: Redacted;
}

export function isRedactedSecret(value: Redacted | undefined): value is RedactedSecret {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    typeof (value as { $secret?: unknown }).$secret === 'string'
  );
}

/** `•••1a2b3c4d (LAPTOP_KEY)`, `"laptop" •••1a2b3c4d (LAPTOP_KEY)` */
export const secretText = ({ $secret, name, reference }: RedactedSecret): string =>
  [
    ...(name === undefined ? [] : [`"${name}"`]),
    `•••${$secret}`,
    ...(reference === undefined ? [] : [`(${reference})`]),
  ].join(' ');
