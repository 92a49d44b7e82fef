// A value shown as what it is where it stands: whether a text is a secret can follow from a name above it (a header's,
// a plugin setting's), so it is shown together with everything above.
import type { Field } from '../gateway/catalog/field.ts';
import { shownAt } from '../gateway/catalog/secrets.ts';
import type { Fingerprints } from '../nouns/secret.ts';
import { isShownSecret, type Shown, type ShownTree } from '../nouns/shown.ts';
import type { Value } from '../nouns/value.ts';
import type { Trail } from './trail.ts';

/** Keys from the root, and 0 for an entry of a list. */
export type ShownSteps = readonly (string | 0)[];

/** `root` is the catalog's. */
export function shownAlong(
  root: Field,
  trail: Trail | undefined,
  value: Value,
  fingerprints: Fingerprints,
): Shown {
  const steps: (string | 0)[] = [];
  for (let step = trail; step; step = step.up) steps.unshift('key' in step ? step.key : 0);
  return shownBelow(steps, value, (whole) => shownAt(root, whole, fingerprints));
}

/** `show` is given the value in everything above it, from the root on. */
export function shownBelow(steps: ShownSteps, value: Value, show: (whole: Value) => Shown): Shown {
  const whole = steps.reduceRight<Value>((inner, step) => (step === 0 ? [inner] : { [step]: inner }), value);
  let shown = show(whole);
  for (const step of steps) shown = isShownSecret(shown) ? shown : ((shown as ShownTree)[step] ?? null);
  return shown;
}
