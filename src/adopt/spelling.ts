// Names of maps that the gateway respells when it loads its file: `" Claude "` is `claude`.
import type { Field } from '../gateway/catalog/field.ts';
import { normaliseAt } from '../gateway/model/normalise.ts';
import { isTree } from '../lib/value.ts';

/** The name in the gateway's spelling; unchanged if the gateway would drop it. */
export function spelled(field: Field, name: string): string {
  if (field.kind !== 'map' || field.normalise.length === 0) return name;
  const { value } = normaliseAt(field, { [name]: '-' });
  return (isTree(value) ? Object.keys(value)[0] : undefined) ?? name;
}
