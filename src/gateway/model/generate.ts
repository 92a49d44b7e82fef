// Renders memory as the gateway's encoder does before it merges: the tree G of C v0 §6.2. Knows kinds, but no key.
import type { FileNode, ScalarNode } from '../../domain/yaml-node.ts';
import { isList, isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import { NO_COMMENTS } from '../../yaml/comments.ts';
import { type Memory, shownOf } from './model.ts';
import { isBlockText } from '../../yaml/print.ts';
import { oldBoolean, resolveText } from '../../yaml/resolve.ts';
import { NON_STRING_KEY } from '../../yaml/failure.ts';

export interface MadeScalar {
  readonly kind: 'scalar';
  readonly text: string;
  readonly type: 'str' | 'int' | 'float' | 'bool' | 'null' | 'time';
  /** Settings of a plugin keep their text from the file, and texts in them keep the quotes that YAML requires. */
  readonly raw: boolean;
  /** Without a type of its own: dates and floats of the file stay dates and floats. */
  readonly free?: true;
  /** It comes from the write that is saved: its text replaces that of the file. */
  readonly sent?: true;
  /** It was printed as a block scalar, and stays one. */
  readonly literal?: true;
}

export interface MadeMap {
  readonly kind: 'map';
  readonly pairs: ReadonlyMap<string, Made>;
  /** See the scalar's. */
  readonly raw?: boolean;
}

export interface MadeList {
  readonly kind: 'list';
  readonly items: readonly Made[];
}

/** A node of G. */
export type Made = MadeScalar | MadeMap | MadeList;

/** G: every key of memory in the catalog's order; nil lists as `[]`, nil maps as `{}`. */
export function generate(root: Field, memory: Memory): MadeMap {
  return struct(root, memory);
}

function struct(field: Field, value: Tree): MadeMap {
  const pairs = new Map<string, Made>();
  for (const [name, member] of field.fields ?? []) {
    const held = shownOf(member, value[name]);
    if (held !== undefined) pairs.set(name, made(member, held));
  }
  return { kind: 'map', pairs };
}

export function made(field: Field, value: Value): Made {
  if (field.kind === 'any') return free(value, field.fields !== undefined);
  if (field.kind === 'struct') return struct(field, treeOf(value));
  if (field.kind === 'list') return list(field.item, listOf(value));
  if (field.kind === 'map') return map(treeOf(value), field.value);
  const isText = field.kind === 'string' || field.kind === 'duration';
  return scalar(value, false, isText, field.kind === 'integer');
}

function list(item: Field | undefined, values: readonly Value[]): MadeList {
  return { kind: 'list', items: values.map((each) => (item ? made(item, each) : free(each, false))) };
}

function map(value: Tree, inner: Field | undefined): MadeMap {
  const names = Object.keys(value).sort(natural);
  return {
    kind: 'map',
    pairs: new Map(
      names.map((name) => [
        name,
        inner ? made(inner, value[name] ?? null) : free(value[name] ?? null, false),
      ]),
    ),
  };
}

/** Settings of a plugin keep their order, other free-form mappings are sorted. */
function free(value: Value, raw: boolean): Made {
  if (isList(value)) return { kind: 'list', items: value.map((item) => free(item, raw)) };
  if (!isTree(value)) return { ...scalar(value, raw, false), free: true };
  if (!raw) return map(value, undefined);
  return {
    kind: 'map',
    raw,
    pairs: new Map(Object.entries(value).map(([name, item]) => [name, free(item, true)])),
  };
}

function scalar(value: Value, raw: boolean, text: boolean, integer = false): MadeScalar {
  if (text) return textOf(value === null ? '' : String(value), raw);
  if (value === null) return { kind: 'scalar', text: 'null', type: 'null', raw };
  if (typeof value === 'boolean') return { kind: 'scalar', text: String(value), type: 'bool', raw };
  if (typeof value !== 'number') return textOf(String(value), raw);
  if (integer && !Number.isSafeInteger(value))
    return { kind: 'scalar', text: integerText(value), type: 'int', raw };
  const whole = Number.isSafeInteger(value) && !Object.is(value, -0);
  return {
    kind: 'scalar',
    text: whole ? String(value) : floatText(value),
    type: whole ? 'int' : 'float',
    raw,
  };
}

const INT64 = { least: -(2n ** 63n), most: 2n ** 63n - 1n };

/** Beyond 2^53, a number is the nearest that JavaScript has; the limits of 64 bits are exact. */
function integerText(value: number): string {
  if (!Number.isFinite(value)) return String(value > 0 ? INT64.most : INT64.least);
  const exact = BigInt(value);
  return String(exact > INT64.most ? INT64.most : exact < INT64.least ? INT64.least : exact);
}

/** Go's shortest form: an exponent of at least two digits, below 1e-4 and from 1e6 up. */
export function floatText(value: number): string {
  if (Number.isNaN(value)) return '.nan';
  if (!Number.isFinite(value)) return value > 0 ? '.inf' : '-.inf';
  if (Object.is(value, -0)) return '-0';
  const exponent = value === 0 ? 0 : Math.floor(Math.log10(Math.abs(value)));
  if (exponent >= -4 && exponent < LARGE) return String(value);
  return value.toExponential().replace(/e([-+])(\d)$/, 'e$10$2');
}

/** The power of ten from which the encoder writes exponents. */
const LARGE = 6;

/** The order in which the encoder writes the keys of maps: letters after signs, runs of digits by their number. */
export function natural(a: string, b: string): number {
  const [left, right] = [[...a], [...b]];
  let digits = false;
  for (let i = 0; i < left.length && i < right.length; i += 1) {
    const [l = '', r = ''] = [left[i], right[i]];
    if (l !== r) return differing(left, right, i, digits);
    digits = isDigit(l);
  }
  return left.length - right.length;
}

function differing(left: readonly string[], right: readonly string[], at: number, digits: boolean): number {
  const [l = '', r = ''] = [left[at], right[at]];
  const [lLetter, rLetter] = [/\p{L}/u.test(l), /\p{L}/u.test(r)];
  if (lLetter && rLetter) return order(l, r);
  if (lLetter || rLetter) return digits === lLetter ? -1 : 1;
  const start = (l === '0' || r === '0') && afterDigit(left, at) ? 1n : 0n;
  const [lRun, rRun] = [run(left, at, start), run(right, at, start)];
  if (lRun.number !== rRun.number) return lRun.number < rRun.number ? -1 : 1;
  return lRun.length === rRun.length ? order(l, r) : lRun.length - rRun.length;
}

function afterDigit(text: readonly string[], at: number): boolean {
  for (let i = at - 1; i >= 0 && isDigit(text[i] ?? ''); i -= 1) if (text[i] !== '0') return true;
  return false;
}

/** The digits from here on, in 64 bits as in the encoder. It counts digits of any script from the sign `0`. */
function run(text: readonly string[], at: number, start: bigint): { number: bigint; length: number } {
  let [number, end] = [start, at];
  for (; end < text.length && isDigit(text[end] ?? ''); end += 1)
    number = BigInt.asIntN(64, number * 10n + BigInt((text[end]?.codePointAt(0) ?? 0) - ZERO));
  return { number, length: end - at };
}

const ZERO = 48;

const isDigit = (char: string): boolean => /^\p{Nd}$/u.test(char);
const order = (a: string, b: string): number => (a.codePointAt(0) ?? 0) - (b.codePointAt(0) ?? 0);

/** A node of G as it is copied into the file. */
export function toNode(value: Made): FileNode {
  switch (value.kind) {
    case 'scalar':
      return scalarNode(value);
    case 'list':
      return { kind: 'list', comments: NO_COMMENTS, flow: false, items: value.items.map(toNode) };
    case 'map':
      return {
        kind: 'map',
        comments: NO_COMMENTS,
        flow: false,
        pairs: [...value.pairs].map(([name, member]) => ({
          key: keyNode(name, value.raw),
          value: toNode(member),
        })),
      };
  }
}

export function keyNode(name: string, raw = false): ScalarNode {
  if (!name.startsWith(NON_STRING_KEY)) return scalarNode(textOf(name, raw));
  return {
    kind: 'scalar',
    comments: NO_COMMENTS,
    text: name.slice(NON_STRING_KEY.length),
    style: 'plain',
  };
}

/** The text after the gateway printed and parsed it once: a block scalar loses a line break at its beginning. */
function textOf(text: string, raw: boolean): MadeScalar {
  const literal = text.includes('\n') && isBlockText(text);
  const read = literal && text.startsWith('\n') ? text.slice(1) : text;
  return { kind: 'scalar', text: read, type: 'str', raw, ...(literal && { literal }) };
}

/**
 * Whether the encoder's print of memory can't be parsed: below a list, it indents a block scalar that begins with a blank
 * by less than its header says.
 */
export function misprints(value: Value, inList = false): boolean {
  if (typeof value === 'string')
    return inList && /^[ \n]/.test(value) && /\n/.test(value) && /[^\n]/.test(value) && isBlockText(value);
  if (isList(value)) return value.some((item) => misprints(item, true));
  if (!isTree(value)) return false;
  return Object.keys(value).some((name) => misprints(name, inList) || misprints(value[name] ?? null, inList));
}

/** `<<` is the sign of a merge then. */
function scalarNode(value: MadeScalar): ScalarNode {
  const merge = value.type === 'str' && value.text === '<<';
  const node = { kind: 'scalar', comments: NO_COMMENTS, text: value.text, style: styleOf(value) } as const;
  return merge ? { ...node, tag: '!!merge' } : node;
}

const SEXAGESIMAL = /^[-+]?[0-9][0-9_]*(?::[0-5]?[0-9])+(?:\.[0-9_]*)?$/;

/** Texts that would be parsed as another type are quoted; multi-line texts become block scalars. */
function styleOf({ text, type, raw, literal }: MadeScalar): ScalarNode['style'] {
  if (type !== 'str') return 'plain';
  if (literal || text.includes('\n')) return 'literal';
  const plain =
    resolveText(text).type === 'str' && (raw || (oldBoolean(text) === undefined && !SEXAGESIMAL.test(text)));
  return plain ? 'plain' : 'double';
}
