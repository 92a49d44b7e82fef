// Converts Ajv's errors to problems that a person can act on: one per mistake, with its position in the file. Quotes
// no value from a reference.
import type { ErrorObject } from 'ajv';
import type { Code } from '../domain/problem/codes.ts';
import { formatPath, stepsOfPointer } from '../domain/path.ts';
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import { type Located, nodeAt, pathTo } from '../yaml/located.ts';
import { nearest } from '../lib/suggest.ts';
import { typesOf, typesOfBranches, wrongType } from './wrong-type.ts';

/** Which codes to use, because settings and desired state have their own. */
export interface SchemaCodes {
  /** What the file is called in a message. */
  readonly file: string;
  readonly unknown: Code;
  readonly type: Code;
  readonly value: Code;
  readonly missing: Code;
}

/** A problem with its path in the validated value, as steps. */
export interface PlacedProblem {
  readonly steps: readonly string[];
  readonly problem: Problem;
}

/** `errors` from an Ajv with `allErrors` and `verbose`. Ignores values of unresolved references. */
export function schemaProblems(
  errors: readonly ErrorObject[],
  root: Located,
  codes: SchemaCodes,
): readonly PlacedProblem[] {
  const reported = new Set<string>();
  const problems: PlacedProblem[] = [];
  for (const error of withoutMisspelled(withoutBranches(errors))) {
    const placed = toProblem(error, root, codes);
    const id = placed && JSON.stringify([placed.steps, placed.problem.code]);
    if (!placed || !id || reported.has(id)) continue;
    reported.add(id);
    problems.push(placed);
  }
  return problems;
}

/**
 * Of a choice between schemas, only the errors of the most similar one: errors inside it, otherwise the choice
 * itself.
 */
function withoutBranches(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const choices = errors.filter(({ keyword }) => keyword === 'oneOf' || keyword === 'anyOf');
  if (choices.length === 0) return errors;
  return choices.reduce<readonly ErrorObject[]>((left, choice) => {
    if (offersNull(choice)) return withoutNull(left, choice);
    const about = left.filter((error) => error !== choice && isAt(error, choice.instancePath));
    const specific = about.filter((error) => isSpecific(error, choice.instancePath));
    const dropped = new Set(
      specific.length > 0 ? [choice, ...about.filter((e) => !specific.includes(e))] : about,
    );
    return left.filter((error) => !dropped.has(error));
  }, errors);
}

/** A value or null: reports what is wrong with the value, not that null would be allowed. */
function offersNull({ schema }: ErrorObject): boolean {
  return Array.isArray(schema) && schema.length === 2 && (schema[1] as { type?: unknown }).type === 'null';
}

function withoutNull(errors: readonly ErrorObject[], choice: ErrorObject): readonly ErrorObject[] {
  const isOffer = (error: ErrorObject): boolean =>
    error === choice ||
    (error.instancePath === choice.instancePath &&
      error.keyword === 'type' &&
      (error.params as { type?: unknown }).type === 'null');
  return errors.filter((error) => !isOffer(error));
}

/** A missing member that an unknown key of the same mapping was meant to be is one mistake, not two. */
function withoutMisspelled(errors: readonly ErrorObject[]): readonly ErrorObject[] {
  const meant = new Set(
    errors.filter(isUnknownKey).map((one) => `${one.instancePath}/${meantBy(one).meant}`),
  );
  return errors.filter(
    (one) => one.keyword !== 'required' || !meant.has(`${one.instancePath}/${missingIn(one)}`),
  );
}

const isUnknownKey = ({ keyword }: ErrorObject): boolean =>
  keyword === 'additionalProperties' || keyword === 'unevaluatedProperties';

const missingIn = ({ params }: ErrorObject): string =>
  String((params as Record<string, unknown>)['missingProperty']);

function isAt({ instancePath }: ErrorObject, pointer: string): boolean {
  return instancePath === pointer || instancePath.startsWith(`${pointer}/`);
}

function isSpecific(error: ErrorObject, pointer: string): boolean {
  return error.instancePath !== pointer || ['additionalProperties', 'required'].includes(error.keyword);
}

function toProblem(error: ErrorObject, root: Located, codes: SchemaCodes): PlacedProblem | undefined {
  const steps = stepsOfPointer(error.instancePath);
  const node = nodeAt(root, steps);
  if (!node || (node.kind === 'scalar' && node.unresolved)) return undefined;
  if (isUnknownKey(error)) return unknownKey(error, root, steps, codes.unknown);
  if (error.keyword === 'propertyNames') return undefined; // its inner error says what is wrong
  if (error.propertyName !== undefined) return keyName(error, root, steps, codes.value);
  const { code, message, remedy } = describe(error, node, steps, codes);
  return placed(code, message, remedy, root, steps, positionOf(root, steps));
}

function placed(
  code: Code,
  message: string,
  remedy: string | undefined,
  root: Located,
  steps: readonly string[],
  position: Position,
): PlacedProblem {
  const path = formatPath(pathTo(root, steps));
  const where = path === '' ? '' : `\`${path}\` `;
  return {
    steps,
    problem: problem(code, `${where}${message}`, { position, remedy, ...(path !== '' && { path }) }),
  };
}

/** A scalar has its own position, a collection that of its key. */
export function positionOf(root: Located, steps: readonly string[]): Position {
  const node = nodeAt(root, steps);
  const parent = nodeAt(root, steps.slice(0, -1));
  const member =
    parent?.kind === 'map' && steps.length > 0 ? parent.members.get(steps.at(-1) ?? '') : undefined;
  if (node?.kind === 'scalar' || !member) return (node ?? root).position;
  return member.position;
}

/** The unknown key, and the known one that is spelled almost like it. */
function meantBy(error: ErrorObject): { readonly name: string; readonly meant: string | undefined } {
  const params = error.params as { additionalProperty?: string; unevaluatedProperty?: string };
  const name = params.additionalProperty ?? params.unevaluatedProperty ?? '';
  const known = (error.parentSchema as { properties?: object } | undefined)?.properties ?? {};
  const meant = nearest(
    name,
    Object.keys(known).filter((key) => !key.startsWith('$')),
  );
  return { name, meant };
}

function unknownKey(error: ErrorObject, root: Located, steps: readonly string[], code: Code): PlacedProblem {
  const { name, meant } = meantBy(error);
  const parent = nodeAt(root, steps);
  const position = (parent?.kind === 'map' && parent.members.get(name)?.position) || positionOf(root, steps);
  const message = meant === undefined ? "isn't known here" : `isn't known here. Did you mean \`${meant}\`?`;
  const remedy = meant === undefined ? undefined : `Write \`${meant}\`, or remove the key.`;
  return placed(code, message, remedy, root, [...steps, name], position);
}

function keyName(error: ErrorObject, root: Located, steps: readonly string[], code: Code): PlacedProblem {
  const name = error.propertyName ?? '';
  const parent = nodeAt(root, steps);
  const position = (parent?.kind === 'map' && parent.members.get(name)?.position) || positionOf(root, steps);
  return placed(code, "isn't allowed as a name here", undefined, root, [...steps, name], position);
}

interface Description {
  readonly code: Code;
  readonly message: string;
  readonly remedy?: string;
}

function describe(
  error: ErrorObject,
  node: Located,
  steps: readonly string[],
  codes: SchemaCodes,
): Description {
  const name = nameIn(steps);
  const params = error.params as Record<string, unknown>;
  switch (error.keyword) {
    case 'type':
      return { code: codes.type, ...wrongType(typesOf(params['type']), node, name) };
    case 'oneOf':
    case 'anyOf':
      return { code: codes.type, ...wrongType(typesOfBranches(error), node, name) };
    case 'required':
      return missing(codes, error, steps.length === 0);
    case 'enum':
      return { code: codes.value, ...notAllowed(params['allowedValues'] as unknown[], node) };
    case 'const':
      return { code: codes.value, ...onlyValue(JSON.stringify(params['allowedValue']), name) };
    default:
      return { code: codes.value, message: BOUNDS[error.keyword]?.(params) ?? formMessage(error) };
  }
}

/** The name of a member; undefined for an entry of a list. */
function nameIn(steps: readonly string[]): string | undefined {
  const last = steps.at(-1);
  return last === undefined || /^\d+$/.test(last) ? undefined : last;
}

function onlyValue(value: string, name: string | undefined): { message: string; remedy: string } {
  return {
    message: `must be ${value}`,
    remedy: `Write \`${name === undefined ? '' : `${name}: `}${value}\`.`,
  };
}

function missing(codes: SchemaCodes, error: ErrorObject, atTop: boolean): Description {
  const name = missingIn(error);
  const { properties } = (error.parentSchema ?? {}) as { properties?: Record<string, { const?: unknown }> };
  const only = properties?.[name]?.const;
  return {
    code: codes.missing,
    message: `${atTop ? `${codes.file} has` : 'has'} no \`${name}\``,
    remedy: only === undefined ? `Add \`${name}\`.` : `Add the line \`${name}: ${JSON.stringify(only)}\`.`,
  };
}

const BOUNDS: Readonly<Record<string, (params: Record<string, unknown>) => string>> = {
  minimum: ({ limit }) => `must be at least ${String(limit)}`,
  maximum: ({ limit }) => `must be at most ${String(limit)}`,
  exclusiveMinimum: ({ limit }) => `must be more than ${String(limit)}`,
  exclusiveMaximum: ({ limit }) => `must be less than ${String(limit)}`,
  minLength: ({ limit }) =>
    limit === 1 ? 'must not be empty' : `must have at least ${String(limit)} characters`,
  maxLength: ({ limit }) => `must have at most ${String(limit)} characters`,
  minItems: ({ limit }) => `needs at least ${String(limit)} ${limit === 1 ? 'entry' : 'entries'}`,
  minProperties: ({ limit }) => `needs at least ${String(limit)} ${limit === 1 ? 'key' : 'keys'}`,
  maxProperties: ({ limit }) => `takes at most ${String(limit)} ${limit === 1 ? 'key' : 'keys'}`,
  uniqueItems: ({ i, j }) => `contains the same entry twice (${String(j)} and ${String(i)}, from 0)`,
  format: ({ format }) => `isn't a valid ${String(format)}`,
};

function formMessage(error: ErrorObject): string {
  const examples = (error.parentSchema as { examples?: unknown[] } | undefined)?.examples ?? [];
  const hint =
    examples.length > 0 ? `, for example ${examples.map((one) => `\`${String(one)}\``).join(' or ')}` : '';
  return `doesn't have the right form${hint}`;
}

function notAllowed(allowed: readonly unknown[], node: Located): { message: string; remedy?: string } {
  const list = allowed.map((value) => `\`${String(value)}\``).join(', ');
  const quotable = node.kind === 'scalar' && node.reference === undefined;
  const message = quotable ? `can't be \`${String(node.value)}\`` : "has a value that isn't allowed";
  const meant = quotable ? nearest(String(node.value), allowed.map(String)) : undefined;
  return {
    message: `${message}; allowed: ${list}`,
    ...(meant !== undefined && { remedy: `Did you mean \`${meant}\`?` }),
  };
}
