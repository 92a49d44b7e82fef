// The catalog of one layout: its schema, read once from schemas/, compiled and cached. Knows no single key.
import { readFileSync } from 'node:fs';
import { packageFile } from '../../lib/package-files.ts';
import { compile } from './compile.ts';
import type { Catalog, Field } from './field.ts';
import type { SchemaDocument } from './keywords.ts';

const schemas = new Map<Catalog['layout'], SchemaDocument>();
const catalogs = new Map<Catalog['layout'], Catalog>();

/** The JSON Schema of a layout as it is shipped, parsed once. For Ajv, `holdfast schema` and editors. */
export function loadSchema(layout: Catalog['layout']): SchemaDocument {
  const known = schemas.get(layout);
  if (known) return known;
  const text = readFileSync(packageFile(`schemas/${layout}.schema.json`), 'utf8');
  const schema = JSON.parse(text) as SchemaDocument; // our own file; test/catalog validates it
  schemas.set(layout, schema);
  return schema;
}

/** Compiled on first use, synchronous, then shared. */
export function loadCatalog(layout: Catalog['layout']): Catalog {
  const known = catalogs.get(layout);
  if (known) return known;
  const catalog = catalogOf(layout, compile(loadSchema(layout)));
  catalogs.set(layout, catalog);
  return catalog;
}

/** The catalog over a compiled tree. Use `loadCatalog` except in tests. */
export function catalogOf(layout: Catalog['layout'], root: Field): Catalog {
  let listed: readonly Field[] | undefined;
  return {
    layout,
    root,
    child: childOf,
    at: (names) => names.reduce<Field | undefined>((field, name) => field && childOf(field, name), root),
    all: () => (listed ??= [...walk(root)]),
  };
}

function childOf(field: Field, name: string): Field | undefined {
  const known = field.fields?.get(name) ?? field.value ?? field.item ?? field.json?.inside;
  return known ?? (field.kind === 'any' ? field : undefined);
}

function* walk(field: Field): Generator<Field> {
  yield field;
  for (const child of field.fields?.values() ?? []) yield* walk(child);
  if (field.value) yield* walk(field.value);
  if (field.item) yield* walk(field.item);
}
