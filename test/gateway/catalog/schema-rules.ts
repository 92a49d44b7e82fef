// What holds for the schema of either layout.
import type { Ajv2020 } from 'ajv/dist/2020.js';
import type { loadSchema } from '../../../src/gateway/catalog/catalog.ts';
import { KEYWORDS, type Schema } from '../../../src/gateway/catalog/keywords.ts';

type RootSchema = ReturnType<typeof loadSchema>;

export const unusedDefinitions = (schema: RootSchema): readonly string[] => {
  const text = JSON.stringify(schema);
  return Object.keys(schema.$defs).filter((name) => !text.includes(`"#/$defs/${name}"`));
};

export const unusedKeywords = (schema: RootSchema): readonly string[] => {
  const text = JSON.stringify(schema);
  return Object.keys(KEYWORDS).filter((name) => !text.includes(`"${name}":`));
};

/** Examples and defaults that their own schema refuses. */
export function wrongExamples(schema: RootSchema, ajv: Ajv2020): readonly string[] {
  const wrong: string[] = [];
  ajv.addSchema(schema);
  const visit = (node: Schema, pointer: string): void => {
    const check = ajv.getSchema(`${schema.$id}#${pointer}`);
    for (const value of [...(node.examples ?? []), ...(node.default === undefined ? [] : [node.default])])
      if (check?.(value) !== true) wrong.push(`${pointer}: ${JSON.stringify(value)}`);
    for (const [name, member] of Object.entries(node.properties ?? {}))
      visit(member, `${pointer}/properties/${name}`);
    if (node.items) visit(node.items, `${pointer}/items`);
  };
  visit(schema, '');
  for (const [name, node] of Object.entries(schema.$defs)) visit(node, `/$defs/${name}`);
  return wrong;
}
