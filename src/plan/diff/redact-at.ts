// Shows a value in its context: whether a text is a secret can depend on a name above it (of a header or a plugin
// setting), so it is rendered together with everything above it.
import type { Field } from '../../gateway/catalog/field.ts';
import { shownAt } from '../../gateway/catalog/secrets.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import { isRedactedSecret, type Redacted, type RedactedTree } from '../../domain/redacted.ts';
import type { Value } from '../../lib/value.ts';
import type { Location } from './location.ts';

/** Keys from the root, and 0 for an entry of a list. */
export type RedactSteps = readonly (string | 0)[];

/** `root` is the catalog's. */
export function redactAt(
  root: Field,
  location: Location | undefined,
  value: Value,
  fingerprints: Fingerprints,
): Redacted {
  const steps: (string | 0)[] = [];
  for (let step = location; step; step = step.up) steps.unshift('key' in step ? step.key : 0);
  return redactBelow(steps, value, (whole) => shownAt(root, whole, fingerprints));
}

/** `show` gets the value with everything above it, from the root on. */
export function redactBelow(steps: RedactSteps, value: Value, show: (whole: Value) => Redacted): Redacted {
  const whole = steps.reduceRight<Value>((inner, step) => (step === 0 ? [inner] : { [step]: inner }), value);
  let shown = show(whole);
  for (const step of steps) shown = isRedactedSecret(shown) ? shown : ((shown as RedactedTree)[step] ?? null);
  return shown;
}
