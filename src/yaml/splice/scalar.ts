// One scalar as YAML text: the quotes it needs so that every YAML 1.1 and 1.2 reader sees the same value, and so
// that no line of it starts with `#` (C v0 §2.3, the trap of block scalars). Knows nothing of documents.
import type { ScalarNode } from '../../domain/yaml-node.ts';
import type { Scalar } from '../../lib/value.ts';

export type Quote = 'plain' | 'single' | 'double';

export interface WrittenScalar {
  /** The text in the file. */
  readonly source: string;
  /** The value after parsing. */
  readonly text: string;
  readonly style: ScalarNode['style'];
}

/** Texts that a YAML 1.1 reader interprets as a boolean, null or merge key. */
const RESERVED = /^(?:y|n|yes|no|on|off|true|false|null|nil|~|<<|=|\.inf|\.nan)$/i;
/** With a leading digit or sign it can be a number, a date, a time, an octal or a document marker. */
const NUMBER_LIKE = /^[-+.]?\d|^[-+]?\.(?:inf|nan)/i;
const INDICATOR_FIRST = /^[-?:,[\]{}#&*!|>'"%@`\s.=]/;
const BREAKS_PLAIN = /:(?:\s|$)|\s#|\s$/;
const FLOW_INDICATOR = /[,[\]{}]/;
/** C0, DEL, C1, line and paragraph separators, byte order mark, non-characters: only escaped (C v8 §4.10). */
const CONTROL = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff]/u;
const CONTROLS = /[\p{Cc}\u2028\u2029\ufeff\ufffe\uffff"\\]/gu;

function plainIsSafe(text: string, flow: boolean): boolean {
  return (
    text !== '' &&
    !RESERVED.test(text) &&
    !NUMBER_LIKE.test(text) &&
    !INDICATOR_FIRST.test(text) &&
    !BREAKS_PLAIN.test(text) &&
    !(flow && (FLOW_INDICATOR.test(text) || text.includes(':')))
  );
}

const SHORT: Readonly<Record<string, string>> = {
  '"': '\\"',
  '\\': '\\\\',
  '\n': '\\n',
  '\t': '\\t',
  '\r': '\\r',
};

function escaped(character: string): string {
  const code = character.charCodeAt(0);
  return SHORT[character] ?? (code < 256 ? `\\x${hex(code, 2)}` : `\\u${hex(code, 4)}`);
}

const hex = (code: number, digits: number): string => code.toString(16).padStart(digits, '0').toUpperCase();

function doubleQuoted(text: string): string {
  return `"${text.replace(CONTROLS, escaped)}"`;
}

/** `wish` is the style of the neighbors; it is used if it is safe. */
export function writeString(text: string, wish: Quote, flow = false): WrittenScalar {
  if (CONTROL.test(text) || wish === 'double') return { source: doubleQuoted(text), text, style: 'double' };
  if (wish === 'single') return { source: `'${text.replaceAll("'", "''")}'`, text, style: 'single' };
  return plainIsSafe(text, flow)
    ? { source: text, text, style: 'plain' }
    : { source: doubleQuoted(text), text, style: 'double' };
}

export function writeScalar(value: Scalar, wish: Quote, flow = false): WrittenScalar {
  if (typeof value === 'string') return writeString(value, wish, flow);
  const source = value === null ? 'null' : numberText(value);
  return { source, text: source, style: 'plain' };
}

/** Integers without an exponent: `1e+21` would be a float to the gateway, and `Infinity` a text. */
function numberText(value: number | boolean): string {
  if (typeof value === 'boolean') return String(value);
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  return Number.isInteger(value) ? BigInt(value).toString() : String(value);
}

/** Keys stay plain if possible, whatever the values around them look like. */
export function writeKey(name: string, flow = false): WrittenScalar {
  return writeString(name, 'plain', flow);
}
