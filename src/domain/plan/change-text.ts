// A change on one line, for records and messages: `update request-retry: 3 → 5`. Pure.
import { clipped } from '../../lib/text.ts';
import { isRedactedSecret, type Redacted, type RedactedTree, secretText } from '../redacted.ts';
import { type Change, formerOf } from './change.ts';

/** Characters of a value. */
const LONGEST_VALUE = 80;

export const changeText = (change: Pick<Change, 'kind' | 'path' | 'before' | 'after' | 'from'>): string =>
  `${change.kind} ${change.path}${valuesText(change)}`;

function valuesText(change: Pick<Change, 'kind' | 'before' | 'after' | 'from'>): string {
  const { kind, after } = change;
  const before = formerOf(change);
  if (kind === 'add') return after === undefined ? '' : `: ${shown(after)}`;
  // The path of a secret entry names it already.
  if (kind === 'remove')
    return before === undefined || isRedactedSecret(before) ? '' : `: was ${shown(before)}`;
  return `: ${before === undefined ? 'nothing' : shown(before)} → ${after === undefined ? 'nothing' : shown(after)}`;
}

const shown = (value: Redacted): string => clipped(spelled(value), LONGEST_VALUE);

/** As JSON, secrets as their fingerprints. */
function spelled(value: Redacted): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value);
  if (isRedactedSecret(value)) return secretText(value);
  if (Array.isArray(value)) return `[${value.map(spelled).join(', ')}]`;
  const members = Object.entries(value as RedactedTree).map(
    ([name, member]) => `${JSON.stringify(name)}: ${spelled(member)}`,
  );
  return `{${members.join(', ')}}`;
}
