// The meaning of a JSON text, whatever its layout: white space, the order of members, escapes and the spelling of
// numbers are irrelevant. Exact: no number is rounded.
import { isList, isTree, type Value } from '../../lib/value.ts';

/** Strings and numbers of a document; everything between them has only one spelling. */
const SCALAR = /"(?:[^"\\]|\\.)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;

/** One text for all values with the same meaning: a text is parsed as a document, any other value stays as it is. */
export function jsonMeaning(value: Value): Value {
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  try {
    JSON.parse(text); // text that isn't JSON must not become JSON
    return textOf(JSON.parse(text.replace(SCALAR, marked)) as Value); // JSON contains only values
  } catch {
    return value;
  }
}

/** Numbers become texts, so that none is rounded; a mark distinguishes them from real texts. */
const marked = (token: string): string =>
  token.startsWith('"') ? `"s${token.slice(1)}` : `"n${exactNumber(token)}"`;

/** Without the marks, members by name. */
function textOf(value: Value): string {
  if (isList(value)) return `[${value.map(textOf).join(',')}]`;
  if (isTree(value)) {
    const names = Object.keys(value).sort();
    return `{${names.map((name) => `${textOf(name)}:${textOf(value[name] ?? null)}`).join(',')}}`;
  }
  if (typeof value !== 'string') return String(value);
  return value.startsWith('s') ? JSON.stringify(value.slice(1)) : value.slice(1);
}

/** `1.50` and `15e-1` are the same number: digits without zeros at the ends, and a power of ten. */
function exactNumber(token: string): string {
  const [, sign = '', whole = '', fraction = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(token) ?? [];
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  if (kept === '') return '0';
  return `${sign}${kept}e${BigInt(power) - BigInt(fraction.length) + BigInt(digits.length - kept.length)}`;
}
