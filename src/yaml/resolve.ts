// The meaning of a YAML scalar in the gateway's library: YAML 1.2 with remnants of 1.1 (C v0 §2.3). Knows no
// catalog.
import type { ScalarNode } from '../domain/yaml-node.ts';

export type Resolved =
  | { readonly type: 'null' }
  | { readonly type: 'bool'; readonly value: boolean }
  | { readonly type: 'int' | 'float'; readonly value: number }
  | { readonly type: 'time' | 'str'; readonly value: string };

/** The type of a plain, untagged text. */
export function resolveText(text: string): Resolved {
  const first = text[0];
  if (first === undefined || '~nNtTfF'.includes(first)) return WORDS.get(text) ?? string(text);
  if (first === '.') return dotted(text);
  if (first === '+' || first === '-' || (first >= '0' && first <= '9')) return numeric(text);
  return string(text);
}

/** The type of a scalar of a file. Undefined: its tag doesn't match its text, which the gateway refuses. */
export function resolveScalar(node: ScalarNode): Resolved | undefined {
  const { tag, text } = node;
  if (tag === undefined) return node.style === 'plain' ? resolveText(text) : string(text);
  if (tag === '!!binary') return decoded(text);
  const proposed = TAGS.get(tag);
  if (proposed === undefined || proposed === 'str') return string(text);
  const found = resolveText(text);
  if (found.type === proposed) return found;
  return proposed === 'float' && found.type === 'int' ? { type: 'float', value: found.value } : undefined;
}

const BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

function decoded(text: string): Resolved | undefined {
  const digits = text.replace(/[\r\n]/g, '');
  return BASE64.test(digits) ? string(Buffer.from(digits, 'base64').toString('utf8')) : undefined;
}

/** Words that the decoder accepts as booleans for a boolean field, quoted or not. */
export function oldBoolean(text: string): boolean | undefined {
  if (/^(y|Y|yes|Yes|YES|on|On|ON)$/.test(text)) return true;
  return /^(n|N|no|No|NO|off|Off|OFF)$/.test(text) ? false : undefined;
}

const TAGS: ReadonlyMap<string, Resolved['type']> = new Map([
  ['!!null', 'null'],
  ['!!bool', 'bool'],
  ['!!int', 'int'],
  ['!!float', 'float'],
  ['!!timestamp', 'time'],
  ['!!str', 'str'],
]);

const WORDS: ReadonlyMap<string, Resolved> = new Map<string, Resolved>([
  ...['', '~', 'null', 'Null', 'NULL'].map((word) => [word, { type: 'null' }] as const),
  ...['true', 'True', 'TRUE'].map((word) => [word, { type: 'bool', value: true }] as const),
  ...['false', 'False', 'FALSE'].map((word) => [word, { type: 'bool', value: false }] as const),
]);

const string = (value: string): Resolved => ({ type: 'str', value });

function dotted(text: string): Resolved {
  if (/^\.(nan|NaN|NAN)$/.test(text)) return { type: 'float', value: Number.NaN };
  if (/^\.(inf|Inf|INF)$/.test(text)) return { type: 'float', value: Number.POSITIVE_INFINITY };
  return /^\.\d+([eE][-+]?\d+)?$/.test(text) ? { type: 'float', value: Number(text) } : string(text);
}

function numeric(text: string): Resolved {
  if (/^\+\.(inf|Inf|INF)$/.test(text)) return { type: 'float', value: Number.POSITIVE_INFINITY };
  if (/^-\.(inf|Inf|INF)$/.test(text)) return { type: 'float', value: Number.NEGATIVE_INFINITY };
  const time = timestamp(text);
  if (time !== undefined) return { type: 'time', value: time };
  const plain = text.replaceAll('_', '');
  const whole = integer(plain);
  if (whole !== undefined) return { type: 'int', value: whole };
  if (/^[-+]?(\.\d+|\d+(\.\d*)?)([eE][-+]?\d+)?$/.test(plain)) {
    const value = Number(plain);
    if (Number.isFinite(value)) return { type: 'float', value };
  }
  return string(text);
}

const BASES: readonly (readonly [RegExp, bigint])[] = [
  [/^0[xX]([0-9a-fA-F]+)$/, 16n],
  [/^0[oO]([0-7]+)$/, 8n],
  [/^0[bB]([01]+)$/, 2n],
  [/^0([0-7]+)$/, 8n],
  [/^(0|[1-9]\d*)$/, 10n],
];

/** Integers of 64 bits in every notation of Go; larger ones aren't integers. */
function integer(text: string): number | undefined {
  if (/^[-+]?(?:0|[1-9]\d{0,14})$/.test(text)) return Number(text) + 0;
  const negative = text.startsWith('-');
  const digits = text.replace(/^[-+]/, '');
  for (const [pattern, base] of BASES) {
    const found = pattern.exec(digits)?.[1];
    if (found === undefined) continue;
    const size = magnitude(found, base);
    if (size > (negative ? 2n ** 63n : 2n ** 64n - 1n)) return undefined;
    return size === 0n ? 0 : Number(negative ? -size : size);
  }
  return undefined;
}

function magnitude(digits: string, base: bigint): bigint {
  if (base === 10n) return BigInt(digits);
  const prefix = base === 16n ? '0x' : base === 8n ? '0o' : '0b';
  return BigInt(`${prefix}${digits}`);
}

const DATE =
  /^(\d{4})-(\d{1,2})-(\d{1,2})(?:(?:[Tt]| )(\d{1,2}):(\d{1,2}):(\d{1,2})(\.\d+)?(Z|[-+]\d\d:\d\d)?)?$/;

/** RFC 3339 text of a timestamp, as JSON shows it. */
function timestamp(text: string): string | undefined {
  const parts = text.charCodeAt(4) === 0x2d ? DATE.exec(text) : null;
  if (!parts) return undefined;
  const [, year, month = '', day = '', hour = '0', minute = '0', second = '0', fraction = '', zone] = parts;
  const spaced = text.includes(' ');
  if (parts[4] !== undefined && spaced === (zone !== undefined)) return undefined;
  const two = (digits: string): string => digits.padStart(2, '0');
  const date = `${year}-${two(month)}-${two(day)}`;
  const real = new Date(`${date}T00:00:00Z`);
  if (Number.isNaN(real.getTime()) || real.getUTCDate() !== Number(day)) return undefined;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  return `${date}T${two(hour)}:${two(minute)}:${two(second)}${fraction.replace(/\.?0+$/, '')}${zone ?? 'Z'}`;
}
