// Ajv as we use it: all errors with what they are about, compiled fast rather than to the fastest code, because a
// command validates once. Schemas are our own files; tests hold them against the meta-schema and our keywords.
import { Ajv2020, type ErrorObject } from 'ajv/dist/2020.js';

export type SchemaCheck = (value: unknown) => readonly ErrorObject[];

export function schemaCheck(schema: object): SchemaCheck {
  const ajv = new Ajv2020({
    allErrors: true,
    verbose: true,
    strict: false,
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
