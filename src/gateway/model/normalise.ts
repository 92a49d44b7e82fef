// What the gateway does to values (C v0 §4): one function a rule, composed by the catalog. Knows no key by name.
//
// The rules of `x-normalise`, applied in the order given; members before their entry, entries before their list.
// A rule alone acts at load (column L) and at write (column W); `load:RULE` and `write:RULE` act in one of them.
//
//   strings   trim · lower · prefix · fingerprint-profile · strategy · default:TEXT (blank becomes TEXT) · home-path
//             go-duration · image-mode · hash (a plaintext secret becomes a hash, at load)
//   integers  below:N:M (less than N becomes M) · above:N:M (more than N becomes M)
//   any       force:JSON (becomes that value)
//   maps      headers (trim names and values, drop blank pairs) · keys:trim · keys:lower (blank names are dropped)
//             drop-empty (names with an empty value are dropped)
//   lists     trim · lower (every text of the list) · drop-blank · dedupe (first of equal texts stays)
//             drop-if-blank:a,b (an entry where a or b is blank, missing or empty) · drop-if-blank:a+b (where both are)
//             drop-if-equal:a,b (where a and b are the same but for case) · drop-if-below:a:N
//             dedupe:a,b,c (first entry with the same a, b, c stays) · dedupe-fold:a (without regard to case)
//             raw-json (an entry whose `params` are empty or hold a text that is not JSON)
import type { Value } from '../../nouns/value.ts';
import type { Field } from '../catalog/field.ts';
import type { LoadOptions } from './model.ts';

export type Column = 'load' | 'write';

/** Something the gateway would silently drop, so that validate can say so. */
export interface Dropped {
  /** For people, in the gateway's terms: `base-url is blank`, `same api-key, base-url as entry 1`. */
  readonly reason: string;
  /** Steps from the value that was given; indexes of lists as given. */
  readonly place: readonly (string | number)[];
}

export interface Normalised {
  /** Undefined: nothing is left. */
  readonly value: Value | undefined;
  readonly dropped: readonly Dropped[];
}

/** What the gateway holds for a value at this field, everything below included. Never fills in defaults. */
export declare function normaliseAt(
  field: Field,
  value: Value,
  options?: LoadOptions & { readonly column?: Column },
): Normalised;
