// Spellings of a closed set: the gateway accepts more of them than the schema names.
import { isList, isTree, type Value } from '../../lib/value.ts';
import type { Field } from '../../gateway/catalog/field.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';

/**
 * The allowed value that the gateway interprets a value as, at a write and at use. Undefined: none, or not a closed
 * set.
 */
export function choiceMeant(field: Field, value: Value): Value | undefined {
  const isClosed = field.choices !== undefined || field.normalise.includes('image-mode');
  if (!isClosed || value === null || isList(value) || isTree(value)) return undefined;
  const stored = normaliseAt(field, value, { column: 'write' }).value;
  const meant = stored === undefined ? undefined : normaliseAt(field, stored, { column: 'read' }).value;
  if (!field.choices) return meant;
  return typeof meant === 'string' && field.choices.includes(meant) ? meant : undefined;
}
