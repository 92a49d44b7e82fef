// A value shown as what it is where it stands: whether a text is a secret can follow from a name above it (a header's,
// a plugin setting's), so it is shown together with everything above.
import type { Field } from '../gateway/catalog/field.ts';
import { shownAt } from '../gateway/catalog/secrets.ts';
import type { Fingerprints } from '../nouns/secret.ts';
import { isShownSecret, type Shown, type ShownTree } from '../nouns/shown.ts';
import type { Value } from '../nouns/value.ts';
import type { Trail } from './trail.ts';

/** `root` is the catalog's. */
export function shownAlong(
  root: Field,
  trail: Trail | undefined,
  value: Value,
  fingerprints: Fingerprints,
): Shown {
  const steps: (string | 0)[] = [];
  let wrapped = value;
  for (let step = trail; step; step = step.up) {
    const name = 'key' in step ? step.key : 0;
    wrapped = name === 0 ? [wrapped] : { [name]: wrapped };
    steps.unshift(name);
  }
  let shown: Shown = shownAt(root, wrapped, fingerprints);
  for (const step of steps) shown = isShownSecret(shown) ? shown : ((shown as ShownTree)[step] ?? null);
  return shown;
}
