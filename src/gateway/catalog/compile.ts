// Compiles a schema into a Field: resolves references, applies annotations to subtrees, determines the kind. Knows
// the keywords, but no single key of a gateway.
import type { Value } from '../../lib/value.ts';
import { isBefore } from '../../lib/version.ts';
import type { Field, Kind, Route } from './field.ts';
import type { Schema, SchemaDocument } from './keywords.ts';

type Draft = { -readonly [K in keyof Field]: Field[K] };

/** The role of a field in its parent: a named member, the values of a map, the items of a list. */
type Step = 'root' | 'member' | 'value' | 'item';

const FILE: Route = { kind: 'file' };
const WITHIN: Route = { kind: 'within' };

export function compile(document: SchemaDocument): Field {
  const build = (given: Schema, step: Step, name: string, parent?: Field): Field => {
    const schema = resolve(document, given);
    const field = fieldOf(schema, step, name, parent);
    const fields = Object.entries(schema.properties ?? {}).filter(([key]) => !key.startsWith('$'));
    if (fields.length > 0)
      field.fields = new Map(fields.map(([key, member]) => [key, build(member, 'member', key, field)]));
    if (field.kind === 'map' && typeof schema.additionalProperties === 'object')
      field.value = build(schema.additionalProperties, 'value', '*', field);
    if (schema.contentMediaType === 'application/json')
      field.json = { inside: fieldOf({}, step, name, parent) };
    if (field.kind === 'list' && schema.items) field.item = build(schema.items, 'item', '[]', field);
    return field;
  };
  return build(document, 'root', '');
}

/** A reference becomes its definition, overridden by the keywords next to the reference. */
function resolve(document: SchemaDocument, schema: Schema): Schema {
  const [choice, ...others] = schema.anyOf ?? [];
  if (choice && others.every(({ type }) => type === 'null')) {
    const { anyOf: _, ...beside } = schema;
    return { ...resolve(document, choice), ...beside, inherits: true } as Schema & Inheriting;
  }
  if (schema.$ref === undefined) return schema;
  const { $ref, ...beside } = schema;
  const definition = document.$defs[$ref.replace('#/$defs/', '')];
  if (!definition) throw new Error(`the schema refers to ${$ref}, which is not there`);
  return { ...resolve(document, definition), ...beside };
}

/** What `resolve` keeps of a choice between a value and null. */
interface Inheriting {
  readonly inherits?: true;
}

function fieldOf(schema: Schema & Inheriting, step: Step, name: string, parent: Field | undefined): Draft {
  const kind = kindOf(schema);
  const secret = schema['x-secret'];
  const fallback = fallbackOf(schema, kind, step);
  // A danger of a list doesn't apply to each member of its entries.
  const danger = schema['x-danger'] ?? (step === 'item' ? undefined : parent?.danger);
  const since = laterOf(schema['x-since'], parent?.since);
  const until = schema['x-until'] ?? parent?.until;
  const memoryPath = memoryPathOf(schema, step, name, parent);
  const scope = schema['x-scope'] ?? parent?.scope;
  const texts = schema.enum?.filter((choice) => typeof choice === 'string');
  return {
    name,
    pattern: patternOf(step, name, parent),
    kind,
    description: schema.description ?? '',
    ...(parent && { parent }),
    ...(texts && texts.length === schema.enum?.length && { choices: texts }),
    formerNames: schema['x-former-names'] ?? [],
    secret: secret === true,
    ...(typeof secret === 'string' && { partlySecret: secret }),
    identity: schema['x-identity'] ?? [],
    saverIdentity: schema['x-saver-identity'] ?? [],
    ...(schema['x-collection'] && { collection: schema['x-collection'] }),
    normalise: schema['x-normalise'] ?? [],
    ...(fallback !== undefined && { fallback }),
    equalsAbsent: equalsAbsentOf(schema, kind, step),
    pointer: schema['x-pointer'] ?? false,
    omitEmpty: schema['x-omit-empty'] ?? false,
    visible: schema['x-visible'] ?? parent?.visible ?? 'json',
    jsonName: schema['x-json-name'] ?? name,
    route: schema['x-route'] ?? inheritedRoute(step, parent),
    restart: schema['x-restart'] ?? parent?.restart ?? false,
    ...(danger && { danger }),
    ...(since && { since }),
    ...(until && { until }),
    ...(memoryPath !== undefined && { memoryPath }),
    ...(scope && { scope }),
    ...(schema['x-read-only'] && { readOnly: true }),
    ...(schema.inherits && { inherits: true }),
    ...(schema['x-flattened'] && { flattened: true }),
    ...(schema['x-effective'] && { effective: schema['x-effective'] }),
  };
}

function kindOf(schema: Schema): Kind {
  if (schema['x-kind']) return schema['x-kind'];
  if (schema.type === 'array') return 'list';
  if (schema.type !== 'object') return schema.type === 'null' ? 'any' : (schema.type ?? 'any');
  if (schema.properties && schema.additionalProperties === false) return 'struct';
  return typeof schema.additionalProperties === 'object' ? 'map' : 'any';
}

function patternOf(step: Step, name: string, parent: Field | undefined): string {
  return step === 'root' ? '' : below(parent?.pattern ?? '', step, name);
}

function below(above: string, step: Step, name: string): string {
  if (step === 'item') return `${above}[*]`;
  return above === '' ? name : `${above}.${name}`;
}

/**
 * Inherited from the parent unless the schema says otherwise; entries of a flattened list are those of the family.
 */
function memoryPathOf(
  schema: Schema,
  step: Step,
  name: string,
  parent: Field | undefined,
): string | undefined {
  const own = schema['x-memory-path'];
  if (own !== undefined) return own ?? undefined;
  if (step === 'root') return '';
  const above = parent?.memoryPath;
  if (above === undefined) return undefined;
  // `keys` of a group, and its entries: the path of the group itself.
  if (schema['x-flattened'] || parent?.flattened) return above;
  return below(above, step, name);
}

/** A key can't be older than its parent, because keys of different age share types. */
function laterOf(own: string | undefined, above: string | undefined): string | undefined {
  if (own === undefined || above === undefined) return own ?? above;
  return isBefore(own, above) ? above : own;
}

const ZEROS: Readonly<Record<Kind, readonly Value[]>> = {
  string: [''],
  integer: [0],
  number: [0],
  boolean: [false],
  duration: ['0s'],
  struct: [{}],
  map: [null, {}],
  list: [null, []],
  any: [null, {}],
};

function fallbackOf(schema: Schema, kind: Kind, step: Step): Value | undefined {
  const declared = schema['x-fallback'];
  if (declared !== undefined) return declared;
  const absent = schema['x-pointer'] ?? schema['x-omit-empty'] ?? (kind === 'struct' || step !== 'member');
  return absent ? undefined : ZEROS[kind][0];
}

function equalsAbsentOf(schema: Schema & Inheriting, kind: Kind, step: Step): readonly Value[] {
  if (schema.inherits) return [];
  const declared = schema['x-equals-absent'] ?? [];
  if (schema['x-pointer'] || step !== 'member') return declared;
  const fallback = schema['x-fallback'];
  const zeros = ZEROS[kind];
  // If the default is an empty collection, every empty collection means "absent".
  const given = fallback === undefined || typeof fallback === 'object' ? zeros : [fallback];
  return [...given, ...declared];
}

/**
 * If only the file can change a plain mapping, the same applies to everything below it. Inside values, nothing is
 * written separately.
 */
function inheritedRoute(step: Step, parent: Field | undefined): Route {
  if (!parent) return FILE;
  const { kind } = parent.route;
  if (kind === 'tree') return step === 'item' ? WITHIN : parent.route;
  return step === 'member' && (kind === 'file' || kind === 'plugin') ? parent.route : WITHIN;
}
