// A value of the wrong type: what was expected, what was found, and how to write it. Quotes no value of a reference.
import type { ErrorObject } from 'ajv';
import type { Located, LocatedScalar } from '../yaml/located.ts';

const TYPE_NAMES: Readonly<Record<string, string>> = {
  object: 'a mapping',
  array: 'a list',
  string: 'text',
  integer: 'a whole number',
  number: 'a number',
  boolean: 'true or false',
  null: 'nothing',
};

/** `name`: of the member, for an example. */
export function wrongType(
  expected: readonly string[],
  node: Located,
  name: string | undefined,
): { readonly message: string; readonly remedy: string } {
  const names = [...new Set(expected)].map((type) => TYPE_NAMES[type] ?? type);
  const message = `must be ${names.join(' or ')}, ${hasFraction(expected, node) ? `but ${fractionIn(node)}` : `not ${foundIn(node)}`}`;
  const special = node.kind === 'scalar' ? remedyForType(expected, node) : undefined;
  return { message, remedy: special ?? exampleOf(expected, name) };
}

const hasFraction = (expected: readonly string[], node: Located): boolean =>
  expected.includes('integer') &&
  node.kind === 'scalar' &&
  typeof node.value === 'number' &&
  Number.isFinite(node.value);

/** Shows no value of a reference. */
const fractionIn = (node: Located): string =>
  node.kind === 'scalar' && node.reference === undefined
    ? `${String(node.value)} has a fraction`
    : 'it has a fraction';

const EXAMPLES: Readonly<Record<string, readonly [what: string, value: string]>> = {
  object: ['a mapping', '{ key: value }'],
  array: ['a list', '[value]'],
  string: ['text', '"value"'],
  integer: ['a whole number', '3'],
  number: ['a number', '1.5'],
};

function exampleOf(expected: readonly string[], name: string | undefined): string {
  if (expected.includes('boolean')) return 'Write true or false.';
  const [what, value] = expected.flatMap((type) => (EXAMPLES[type] ? [EXAMPLES[type]] : []))[0] ?? [];
  if (what === undefined) return 'Use a value of the expected type.';
  return `Write ${what}, for example \`${name === undefined ? '' : `${name}: `}${value}\`.`;
}

function foundIn(node: Located): string {
  if (node.kind === 'map') return 'a mapping';
  if (node.kind === 'list') return 'a list';
  if (node.value === null) return 'nothing';
  if (typeof node.value === 'number') return 'a number';
  return typeof node.value === 'boolean' ? 'true or false' : 'text';
}

function remedyForType(
  expected: readonly string[],
  { value, plain, reference }: LocatedScalar,
): string | undefined {
  if (expected.includes('string') && typeof value !== 'string') return 'Put quotes around the value.';
  const isPlainText = typeof value === 'string' && plain && reference === undefined;
  if (isPlainText && expected.includes('array') && /^-\S/.test(value))
    return 'Put a space after the dash of each entry: `- entry`.';
  if (isPlainText && expected.includes('object') && /^[\w.-]+:\S/.test(value))
    return 'Put a space after the colon: `key: value`.';
  if (expected.includes('array')) return 'Write a list: one "- " line for each entry.';
  if (typeof value !== 'string' || reference !== undefined) return undefined;
  if (expected.includes('boolean') && plain && /^(yes|on|y)$/i.test(value)) return 'Write true.';
  if (expected.includes('boolean') && plain && /^(no|off|n)$/i.test(value)) return 'Write false.';
  if (!plain && /^(true|false|[+-]?\d+(\.\d+)?)$/.test(value)) return 'Remove the quotes.';
  return undefined;
}

export function typesOf(type: unknown): string[] {
  return Array.isArray(type) ? type.map(String) : String(type).split(',');
}

/** The types that the branches of a choice require; allowed texts count as text. */
export function typesOfBranches(error: ErrorObject): string[] {
  const branches = Array.isArray(error.schema)
    ? (error.schema as { type?: unknown; enum?: unknown[] }[])
    : [];
  const types = branches.flatMap(({ type, enum: texts }) => {
    if (type !== undefined) return typesOf(type);
    return texts ? [texts.map((text) => JSON.stringify(text)).join(' or ')] : [];
  });
  return types.length > 0 ? types : ['another value'];
}
