// Values as they may leave the process: every secret replaced by its fingerprint.

/** Stands where a secret stood. In JSON `{"$secret": "1a2b3c4d"}`. */
export interface ShownSecret {
  readonly $secret: string;
}

/** A value without secrets, ready for a plan, a log or a page. */
export type Shown = string | number | boolean | null | ShownSecret | readonly Shown[] | ShownTree;

export interface ShownTree {
  readonly [key: string]: Shown;
}

export function isShownSecret(value: Shown | undefined): value is ShownSecret {
  return (
    typeof value === 'object' &&
    value !== null &&
    !Array.isArray(value) &&
    typeof (value as { $secret?: unknown }).$secret === 'string'
  );
}
