import { readFileSync } from 'node:fs';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { packageFile } from '../../src/lib/package-files.ts';
import { ajvCheck, schemaCheck } from '../../src/input/schema-check.ts';
import { holds } from '../../src/input/schema-holds.ts';

interface Schema {
  readonly type?: string;
  readonly $ref?: string;
  readonly $defs?: Readonly<Record<string, Schema>>;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: Schema | boolean;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly examples?: readonly unknown[];
}

const schemaNamed = (name: string): Schema =>
  JSON.parse(readFileSync(packageFile(`schemas/${name}.schema.json`), 'utf8')) as Schema;

const odd = fc.oneof(
  fc.constantFrom(
    null,
    true,
    0,
    -1,
    1.5,
    1e9,
    '',
    ' ',
    '\u{1F511}',
    '/a/b',
    'a b',
    '10s',
    [],
    {},
    [[]],
    [{}],
  ),
  fc.constantFrom([1, 1], ['a', 'a'], [{ a: 1 }, { a: 1 }], NaN, Infinity, '0', 'https://a.example'),
  fc.string(),
  fc.dictionary(fc.constantFrom('name', 'enabled', '__proto__', 'constructor', 'x'), fc.jsonValue()),
);

/** Mostly valid for the schema, with a mistake here and there. */
function valueOf(
  document: Schema,
  schema: Schema | boolean | undefined,
  depth: number,
): fc.Arbitrary<unknown> {
  if (schema === undefined || typeof schema === 'boolean' || depth === 0) return odd;
  const below = (part: Schema | boolean | undefined) => valueOf(document, part, depth - 1);
  const right = (): fc.Arbitrary<unknown> => {
    const choices = schema.anyOf ?? schema.oneOf;
    if (schema.$ref) return below(document.$defs?.[schema.$ref.replace('#/$defs/', '')]);
    if (choices) return fc.oneof(...choices.map(below));
    if (schema.const !== undefined) return fc.constant(schema.const);
    if (schema.enum) return fc.constantFrom(...schema.enum);
    if (schema.examples?.length) return fc.constantFrom(...schema.examples);
    if (schema.type === 'array') return fc.array(below(schema.items), { maxLength: 3 });
    if (schema.type === 'object') return mapping(schema, below);
    if (schema.type === 'boolean') return fc.boolean();
    if (schema.type === 'integer') return fc.integer({ min: -1, max: 100 });
    return fc.string();
  };
  return fc.oneof({ weight: 30, arbitrary: right() }, { weight: 1, arbitrary: odd });
}

function mapping(
  { properties = {}, required = [], additionalProperties }: Schema,
  below: (part: Schema | boolean | undefined) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const others = typeof additionalProperties === 'object' ? additionalProperties : undefined;
  const some = fc.subarray(Object.keys(properties), {
    maxLength: Math.min(4, Object.keys(properties).length),
  });
  return fc
    .oneof(
      some,
      some.map((names) => [...new Set([...required, ...names])]),
    )
    .chain((names) => fc.record(Object.fromEntries(names.map((name) => [name, below(properties[name])]))))
    .chain((members) =>
      others
        ? fc.dictionary(fc.string(), below(others), { maxKeys: 2 }).map((more) => ({ ...more, ...members }))
        : fc.constant(members),
    );
}

describe.each(['legacy', 'v8', 'settings'])('the schema %s', (name) => {
  const schema = schemaNamed(name);
  const thorough = ajvCheck(schema);

  test('is answered as Ajv answers it', () => {
    let right = 0;
    fc.assert(
      fc.property(valueOf(schema, schema, 7), (value) => {
        const answer = holds(schema, value);
        if (answer) right += 1;
        expect(answer ?? 'unsure').toBe(answer === undefined ? 'unsure' : thorough(value).length === 0);
      }),
      { numRuns: 1500 },
    );
    expect(right).toBeGreaterThan(0);
  });

  test('holds of nothing declared, without Ajv', () => {
    const nothing = name === 'settings' ? { version: 1, targets: [{ name: 'home' }] } : {};
    expect(holds(schema, nothing)).toBe(true);
  });
});

describe('a schema with an unknown keyword', () => {
  test('is left to Ajv', () => {
    const schema = { type: 'object', dependentRequired: { a: ['b'] } };
    expect(holds(schema, { a: 1 })).toBeUndefined();
    expect(schemaCheck(schema)({ a: 1 })).toHaveLength(1);
    expect(schemaCheck(schema)({ a: 1, b: 2 })).toEqual([]);
  });
});
