// Checks the declared tree against the JSON Schema of its layout: unknown keys, types, limits, missing values. One
// problem per mistake, all at once. semantics.ts checks what the gateway would do with well-formed values.
import { factsOf } from '../../gateway/layout/layouts.ts';
import { loadSchema } from '../../gateway/catalog/catalog.ts';
import { formatPath } from '../../domain/path.ts';
import { type Position, problem } from '../../domain/problem/problem.ts';
import type { Policy } from '../../domain/target.ts';
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import {
  type Located,
  type LocatedList,
  type LocatedMap,
  nodeAt,
  pathTo,
  valueOf,
} from '../../yaml/located.ts';
import { type SchemaCheck, schemaCheck } from '../../input/schema-check.ts';
import { type PlacedProblem, schemaProblems } from '../../input/schema-problems.ts';
import { REMOVE } from '../read/merge.ts';
import { correctedSpelling } from './spelling.ts';

const CODES = {
  file: 'the file',
  unknown: 'HF2030',
  type: 'HF2031',
  value: 'HF2032',
  missing: 'HF2033',
} as const;

const checks = new Map<string, SchemaCheck>();

/** Compiles only what these top-level keys need of the schema: most files declare few of them. */
function checkFor(layout: Catalog['layout'], declared: ReadonlySet<string>): SchemaCheck {
  const id = [layout, ...[...declared].toSorted()].join('\n');
  const known = checks.get(id);
  if (known) return known;
  const schema = loadSchema(layout);
  const properties = Object.entries(schema.properties ?? {}).map(([name, property]) => [
    name,
    declared.has(name) ? property : true,
  ]);
  const check = schemaCheck({ ...schema, properties: Object.fromEntries(properties) as object });
  checks.set(id, check);
  return check;
}

export function validateSchema(
  root: LocatedMap,
  catalog: Catalog,
  policy: Pick<Policy, 'unknownKeys'>,
): readonly PlacedProblem[] {
  const errors = checkFor(catalog.layout, new Set(root.members.keys()))(valueOf(root));
  const found = schemaProblems(errors, root, CODES)
    .filter((one) => one.problem.code !== 'HF2030' || !passes(one.steps, root, policy, catalog))
    .map((one) => correctedSpelling(one, catalog));
  const blank = [...marks(root, catalog, catalog.root, [])].map((mark) => toProblem(mark, root));
  const isBlank = new Set(blank.map(({ steps }) => JSON.stringify(steps)));
  return [...blank, ...found.filter(({ steps }) => !isBlank.has(JSON.stringify(steps)))];
}

/**
 * `policy.unknown-keys: pass` applies at the top level and in plain mappings. The gateway deletes unknown keys in
 * list entries (C v0 §4.4 N11), and v8 refuses them everywhere (C v8 §1.5).
 */
function passes(
  steps: readonly string[],
  root: LocatedMap,
  policy: Pick<Policy, 'unknownKeys'>,
  catalog: Catalog,
): boolean {
  if (policy.unknownKeys !== 'pass' || factsOf(catalog.layout).unknownKeys === 'refused') return false;
  return steps.slice(0, -1).every((_, i) => nodeAt(root, steps.slice(0, i + 1))?.kind === 'map');
}

/** Keys without a value, and `$remove` marks where nothing is matched. Free-form values can be null. */
function* marks(
  node: LocatedMap | LocatedList,
  catalog: Catalog,
  field: Field | undefined,
  steps: readonly string[],
): Generator<Mark> {
  for (const [name, child, position] of childrenOf(node)) {
    const at = [...steps, name];
    if (name === REMOVE && node.kind === 'map') yield { code: 'HF2041', position, steps: at };
    else if (child.kind !== 'scalar') yield* marks(child, catalog, field && catalog.child(field, name), at);
    else if (child.value === null && !mayBeNull(field, field && catalog.child(field, name)))
      yield { code: 'HF2034', position, steps: at };
  }
}

/** Free-form values can contain null, and in v8 a null key of a group inherits. */
function mayBeNull(above: Field | undefined, field: Field | undefined): boolean {
  return field?.inherits === true || (above?.kind === 'any' && above.parent !== undefined);
}

/** With the place of the key, or of the entry. */
function* childrenOf(node: LocatedMap | LocatedList): Generator<readonly [string, Located, Position]> {
  if (node.kind === 'list')
    for (const [i, item] of node.items.entries()) yield [String(i), item, item.position];
  else for (const [name, member] of node.members) yield [name, member.node, member.position];
}

interface Mark {
  readonly code: 'HF2034' | 'HF2041';
  readonly position: Position;
  readonly steps: readonly string[];
}

function toProblem({ code, position, steps }: Mark, root: LocatedMap): PlacedProblem {
  const path = formatPath(pathTo(root, steps));
  const what =
    code === 'HF2034'
      ? 'has no value'
      : 'has no effect: you can only drop keys, and entries with an identity';
  return { steps, problem: problem(code, `\`${path}\` ${what}`, { position, path }) };
}
