// The one definition of "equal" for values of the catalog, used by diff, verify and observe.
import type { Value } from '../../nouns/value.ts';
import type { Field } from '../catalog/field.ts';

/**
 * The form in which two values are equal exactly when `sameValue` says so: normalised as at load, what equals a missing
 * key left out (undefined), sets sorted, durations in canonical text. Not for showing and not for writing.
 */
export declare function canonical(field: Field, value: Value | undefined): Value | undefined;

/** Whether the gateway makes no difference between two values at this field. */
export declare function sameAt(field: Field, a: Value | undefined, b: Value | undefined): boolean;
