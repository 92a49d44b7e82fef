// Whether a value matches a schema. The answer is nearly always yes, and takes a fiftieth of the time of compiling with
// Ajv: 0.5 ms instead of 27 ms for each command (bench/shortcuts.ts). Knows the keywords of our own schemas; Ajv finds
// what is wrong with a value (schema-check.ts).

interface Schema {
  readonly [keyword: string]: unknown;
}

type Rule = (argument: never, value: unknown, within: Within) => boolean;

interface Within {
  readonly schema: Schema;
  readonly holds: (schema: Schema | boolean, value: unknown) => boolean;
  readonly definition: (reference: string) => Schema;
}

class Unsure extends Error {}

/** Undefined: the schema uses something that this file doesn't support. */
export function holds(root: object, value: unknown): boolean | undefined {
  const document = root as Schema; // keyed by keyword, as every schema
  try {
    return valid(document, document, value);
  } catch (error) {
    if (error instanceof Unsure || error instanceof RangeError) return undefined;
    throw error;
  }
}

function valid(document: Schema, schema: Schema | boolean, value: unknown): boolean {
  if (typeof schema === 'boolean') return schema;
  const within: Within = {
    schema,
    holds: (below, part) => valid(document, below, part),
    definition: (reference) => definitionIn(document, reference),
  };
  return Object.entries(schema).every(([keyword, argument]) => {
    if (SILENT.has(keyword) || keyword.startsWith('x-')) return true;
    const rule = RULES.get(keyword);
    if (!rule) throw new Unsure(keyword);
    return rule(argument as never, value, within); // the schema is ours; a test holds it against the meta-schema
  });
}

function definitionIn(document: Schema, reference: string): Schema {
  const name = /^#\/\$defs\/([\w-]+)$/.exec(reference)?.[1];
  const found = (document['$defs'] as Record<string, Schema> | undefined)?.[name ?? ''];
  if (!found) throw new Unsure(reference);
  return found;
}

/** Keywords that refuse nothing. */
const SILENT: ReadonlySet<string> = new Set([
  '$schema',
  '$id',
  '$defs',
  'title',
  'description',
  'default',
  'examples',
  'deprecated',
]);

const RULES: ReadonlyMap<string, Rule> = new Map<string, Rule>([
  ['$ref', (reference: string, value, { holds, definition }) => holds(definition(reference), value)],
  ['type', (types: string | string[], value) => [types].flat().some((type) => isOfType(type, value))],
  ['enum', (choices: unknown[], value) => choices.some((choice) => isSame(choice, value))],
  ['const', (expected: unknown, value) => isSame(expected, value)],
  ['anyOf', (choices: Schema[], value, { holds }) => choices.some((choice) => holds(choice, value))],
  ['oneOf', (choices: Schema[], value, { holds }) => choices.filter((one) => holds(one, value)).length === 1],
  ['minimum', (least: number, value) => typeof value !== 'number' || value >= least],
  ['maximum', (most: number, value) => typeof value !== 'number' || value <= most],
  ['minLength', (least: number, value) => typeof value !== 'string' || [...value].length >= least],
  ['pattern', (text: string, value) => typeof value !== 'string' || expression(text).test(value)],
  ['minItems', (least: number, value) => !Array.isArray(value) || value.length >= least],
  ['uniqueItems', (expected: boolean, value) => !expected || !Array.isArray(value) || areUnique(value)],
  [
    'items',
    (item: Schema, value, { holds }) => !Array.isArray(value) || value.every((each) => holds(item, each)),
  ],
  [
    'required',
    (names: string[], value) => !isMapping(value) || names.every((name) => Object.hasOwn(value, name)),
  ],
  [
    'properties',
    (members: Schema, value, { holds }) =>
      !isMapping(value) ||
      Object.entries(value).every(
        ([name, member]) => !Object.hasOwn(members, name) || holds(members[name] as Schema, member),
      ),
  ],
  [
    'additionalProperties',
    (others: Schema | boolean, value, { schema, holds }) =>
      !isMapping(value) ||
      Object.entries(value).every(
        ([name, member]) =>
          Object.hasOwn((schema['properties'] ?? {}) as object, name) || holds(others, member),
      ),
  ],
  [
    'propertyNames',
    (named: Schema, value, { holds }) =>
      !isMapping(value) || Object.keys(value).every((name) => holds(named, name)),
  ],
]);

function isOfType(type: string, value: unknown): boolean {
  switch (type) {
    case 'null':
      return value === null;
    case 'array':
      return Array.isArray(value);
    case 'object':
      return isMapping(value);
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return Number.isFinite(value);
    default:
      return typeof value === type;
  }
}

const isMapping = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Of plain values; Ajv decides whether two mappings are equal. */
function isSame(expected: unknown, value: unknown): boolean {
  if (typeof expected === 'object' && expected !== null) throw new Unsure('a structure as constant');
  return expected === value;
}

function areUnique(values: readonly unknown[]): boolean {
  if (values.some((value) => typeof value === 'object' && value !== null)) throw new Unsure('structures');
  return new Set(values).size === values.length;
}

const expressions = new Map<string, RegExp>();

function expression(text: string): RegExp {
  const known = expressions.get(text) ?? new RegExp(text, 'u');
  expressions.set(text, known);
  return known;
}
