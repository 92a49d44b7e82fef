// What is wrong with a value according to a schema: all errors with their positions. Ajv finds them, with fast
// compilation instead of fast code, because a command validates once. It is loaded only for invalid values. Schemas
// are our own files; tests check them against the meta-schema and our keywords.
import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';
import { holds } from './schema-holds.ts';

const require = createRequire(import.meta.url);

export type SchemaCheck = (value: unknown) => readonly ErrorObject[];

export function schemaCheck(schema: object): SchemaCheck {
  let thorough: SchemaCheck | undefined;
  return (value) => (holds(schema, value) ? [] : (thorough ??= ajvCheck(schema))(value));
}

/** Exported for the test that compares both. */
export function ajvCheck(schema: object): SchemaCheck {
  const { Ajv2020: AjvClass } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020 };
  const ajv = new AjvClass({
    allErrors: true,
    verbose: true,
    strict: false,
    strictNumbers: true, // `.inf` and `.nan` of YAML aren't integers
    meta: false,
    validateSchema: false,
    inlineRefs: false,
    logger: false,
    code: { optimize: false },
  });
  const validate = ajv.compile(schema);
  return (value) => {
    validate(value);
    return validate.errors ?? [];
  };
}
