// Sentences that describe the normalisation rules (their vocabulary is in model/normalise.ts, the facts in C v0 §4).
import type { Column, Normaliser } from './field.ts';

type Words = (argument: string) => string;

const list = (names: string): string => names.replaceAll(',', ', ');

const WORDS: Readonly<Record<string, Words>> = {
  trim: () => 'Blanks at both ends are removed.',
  lower: () => 'Turned into lower case.',
  prefix: () => 'Blanks and slashes at both ends are removed; with a slash left inside it becomes empty.',
  'fingerprint-profile': () => 'The old name `oauth-cli` becomes `claude-code-cli`; case does not matter.',
  strategy: () => 'Short names (`rr`, `wrr`, `ff`) become the full ones.',
  default: (text) => `Blank becomes \`${text}\`.`,
  'home-path': () => 'A leading `~` becomes the home directory of the gateway, and the path is cleaned.',
  'go-duration': () => 'Kept as a duration: `60s` and `1m` are the same.',
  'image-mode': () => 'Other spellings of on and off become true and false.',
  hash: () => 'A plaintext is replaced by its bcrypt hash in the file.',
  below: (bounds) => bounds.replace(/^(-?\d+):(-?\d+)$/, 'Less than $1 becomes $2.'),
  above: (bounds) => bounds.replace(/^(-?\d+):(-?\d+)$/, 'More than $1 becomes $2.'),
  force: (value) => `Becomes ${value}, whatever is written.`,
  headers: () =>
    'Names and values are trimmed; pairs with an empty name or value are dropped. The case of names is kept.',
  keys: (how) => (how === 'trim' ? 'Names are trimmed.' : 'Names are turned into lower case.'),
  'drop-empty': () => 'Names with nothing in them are dropped.',
  'drop-blank': () => 'Blank items are dropped.',
  dedupe: (members) =>
    members === ''
      ? 'Of equal items the first stays.'
      : `Of entries with the same ${list(members)} the first stays.`,
  'dedupe-fold': (member) => `Of entries with the same ${member}, whatever the case, the first stays.`,
  'drop-if-blank': (members) =>
    members.includes('+')
      ? `Entries without any of ${list(members.replaceAll('+', ','))} are dropped.`
      : `Entries without ${list(members)} are dropped.`,
  'drop-if-equal': (members) => `Entries whose ${members.replace(',', ' and ')} are the same are dropped.`,
  'drop-if-below': (rule) =>
    rule.replace(/^([\w-]+):(-?\d+)$/, 'Entries whose $1 is less than $2 are dropped.'),
  'raw-json': () => 'Rules without `params`, or with a text in them that is not JSON, are dropped.',
};

/** The names of all rules that the catalog can use. */
export const RULES: readonly string[] = Object.keys(WORDS);

/** Name, argument and the column a rule is limited to (`load:`, `write:`, `read:`). */
export function ruleOf(normaliser: Normaliser): {
  name: string;
  argument: string;
  column?: Column;
} {
  const column = /^(load|write|read):/.exec(normaliser)?.[1] as Column | undefined; // by the expression
  const rule = column ? normaliser.slice(column.length + 1) : normaliser;
  const colon = rule.indexOf(':');
  const [name, argument] = colon < 0 ? [rule, ''] : [rule.slice(0, colon), rule.slice(colon + 1)];
  return { name, argument, ...(column && { column }) };
}

/** One sentence about a rule. */
export function effectOf(normaliser: Normaliser): string {
  const { name, argument, column } = ruleOf(normaliser);
  const sentence = WORDS[name]?.(argument) ?? `${normaliser}.`;
  if (column === 'write') return `${sentence} Only when written through its endpoint.`;
  if (column === 'read') return `${sentence} Kept as written, and read so.`;
  return column === 'load' ? `${sentence} Only when the file is loaded.` : sentence;
}
