// Values as they may leave the process: every secret replaced by its fingerprint.

/** Stands where a secret stood. In JSON `{"$secret": "1a2b3c4d"}`. */
export interface RedactedSecret {
  readonly $secret: string;
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
