// What is wrong with a value by a schema: all errors with what they are about. Ajv finds them, compiled fast rather than
// to the fastest code, because a command validates once; it is loaded for values that are wrong only. Schemas are our own
// files; tests hold them against the meta-schema and our keywords.
import { createRequire } from 'node:module';
import type { Ajv2020, ErrorObject } from 'ajv/dist/2020.js';
import { holds } from './schema-holds.ts';

const require = createRequire(import.meta.url);

export type SchemaCheck = (value: unknown) => readonly ErrorObject[];

export function schemaCheck(schema: object): SchemaCheck {
  let thorough: SchemaCheck | undefined;
  return (value) => (holds(schema, value) ? [] : (thorough ??= ajvCheck(schema))(value));
}

/** Exported for the test that holds both against each other. */
export function ajvCheck(schema: object): SchemaCheck {
  const { Ajv2020: AjvClass } = require('ajv/dist/2020.js') as { readonly Ajv2020: typeof Ajv2020 };
  const ajv = new AjvClass({
    allErrors: true,
    verbose: true,
    strict: false,
    strictNumbers: true, // `.inf` and `.nan` of YAML are no integers
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
