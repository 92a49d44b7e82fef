// Values on one line, in the YAML style of people: flow style, quotes only if they are needed.
import { isRedactedSecret, type Redacted, type RedactedTree, secretText } from '../../domain/redacted.ts';

const PLAIN_TEXT = /^[A-Za-z_/][\w./@+-]*(?: [\w./@+-]+)*$/;
const LOOKS_TYPED = /^(?:true|false|null|yes|no|on|off|~|[-+.\d].*)$/i;

/** `limit` in characters; a longer text is truncated at its end, with the number of omitted characters. */
export function shownText(value: Redacted | undefined, limit = Infinity): string {
  const text = value === undefined ? '(absent)' : render(value);
  return text.length <= limit
    ? text
    : `${text.slice(0, limit - 1)}… (${text.length - limit + 1} more characters)`;
}

function render(value: Redacted): string {
  if (typeof value === 'string') return quoted(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (isRedactedSecret(value)) return secretText(value);
  if (Array.isArray(value)) return value.length === 0 ? '[]' : `[${value.map(render).join(', ')}]`;
  const pairs = Object.entries(value as RedactedTree).map(([key, item]) => `${quoted(key)}: ${render(item)}`);
  return pairs.length === 0 ? '{}' : `{ ${pairs.join(', ')} }`;
}

function quoted(text: string): string {
  return PLAIN_TEXT.test(text) && !LOOKS_TYPED.test(text) ? text : JSON.stringify(text);
}
