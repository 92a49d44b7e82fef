// What the gateway would do with a well-formed desired state: entries that it would drop, values that it would
// change, texts that would damage its file. Each is an error, because the gateway responds with 200. Pure.
import { factsOf } from '../../gateway/layout/layouts.ts';
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { formatPath } from '../../domain/path.ts';
import { problem } from '../../domain/problem/problem.ts';
import { type Located, type LocatedMap, type Member, nodeAt, pathTo, valueOf } from '../../yaml/located.ts';
import { type PlacedProblem, positionOf } from '../../input/schema-problems.ts';
import { collisions } from './collisions.ts';
import { droppedFinding } from './dropped.ts';
import type { Finding } from './findings.ts';
import { VALUE_RULES } from './value-rules.ts';
import { v8Findings } from './v8-semantics.ts';

/** `wrong`: errors of the schema; entries that contain one aren't judged again. */
export function semanticProblems(
  root: LocatedMap,
  catalog: Catalog,
  wrong: readonly PlacedProblem[],
): readonly PlacedProblem[] {
  const findings: Finding[] = [];
  const mistaken = wrongEntries(wrong);
  for (const [name, member] of root.members) {
    const field = catalog.child(catalog.root, name);
    const sound = field && soundPart(member, mistaken.get(name));
    if (sound) findings.push(...findingsAt(field, sound, [name]));
  }
  if (factsOf(catalog.layout).hasGroups) findings.push(...v8Findings(root, catalog, wrong));
  return onePerPlace(findings, root).map((finding) => toProblem(finding, root));
}

/** For each top-level key, the entries or members with errors; undefined means the key as a whole. */
function wrongEntries(wrong: readonly PlacedProblem[]): Map<string, Set<string | undefined>> {
  const mistaken = new Map<string, Set<string | undefined>>();
  for (const { steps, problem: found } of wrong) {
    if (found.code === 'HF2032') continue; // of the right type: the rules give more details about it
    const [key = '', below] = steps;
    mistaken.set(key, (mistaken.get(key) ?? new Set()).add(below));
  }
  return mistaken;
}

interface Sound {
  readonly node: Located;
  /** The positions of the items of `node` in the declared list. */
  readonly indexes: readonly string[] | undefined;
}

/** A top-level value without its wrong entries, so that one mistake doesn't hide the others. */
function soundPart(
  { node }: Member,
  mistaken: ReadonlySet<string | undefined> | undefined,
): Sound | undefined {
  if (!mistaken) return { node, indexes: undefined };
  if (mistaken.has(undefined) || node.kind === 'scalar') return undefined;
  if (node.kind === 'map') {
    const members = new Map([...node.members].filter(([name]) => !mistaken.has(name)));
    return { node: { ...node, members }, indexes: undefined };
  }
  const indexes = node.items.map((_, i) => String(i)).filter((i) => !mistaken.has(i));
  return { node: { ...node, items: indexes.map((i) => node.items[Number(i)] as Located) }, indexes };
}

function findingsAt(field: Field, { node, indexes }: Sound, steps: readonly string[]): Finding[] {
  const dropped = normaliseAt(field, valueOf(node)).dropped.map((drop) =>
    droppedFinding(drop, [...steps, ...drop.place.map(String)]),
  );
  const found = [...dropped, ...walk(field, node, steps)];
  if (!indexes) return found;
  return found.map((one) => ({ ...one, steps: declaredSteps(one.steps, indexes) }));
}

function declaredSteps([key = '', index, ...below]: readonly string[], indexes: readonly string[]): string[] {
  return index === undefined ? [key] : [key, indexes[Number(index)] ?? index, ...below];
}

function* walk(field: Field, node: Located, steps: readonly string[]): Generator<Finding> {
  for (const rule of VALUE_RULES) yield* rule(field, node, steps);
  if (node.kind === 'list') {
    // Groups and their keys are judged as the resulting credentials.
    if (!field.effective && !field.flattened) yield* collisions(field, node, steps);
    const item = field.item ?? freeForm(field);
    if (item) for (const [i, child] of node.items.entries()) yield* walk(item, child, [...steps, String(i)]);
  } else if (node.kind === 'map') {
    for (const [name, member] of node.members) {
      const child = field.fields?.get(name) ?? field.value ?? freeForm(field);
      if (child) yield* walk(child, member.node, [...steps, name]);
    }
  }
}

const freeForm = (field: Field): Field | undefined => (field.kind === 'any' ? field : undefined);

/** The first finding of a path counts. What is empty on purpose, or because of another finding, isn't one. */
function onePerPlace(findings: readonly Finding[], root: Located): Finding[] {
  const real = findings.filter((finding) => !isConsequence(finding, findings, root));
  const places = new Set<string>();
  return real.filter(({ steps }) => {
    const place = JSON.stringify(steps);
    return !places.has(place) && places.add(place);
  });
}

function isConsequence(finding: Finding, all: readonly Finding[], root: Located): boolean {
  const node = nodeAt(root, finding.steps);
  if (finding.drop === 'not-json') return node !== undefined && holdsUnresolved(node);
  if (finding.drop !== 'emptied') return false;
  const below = all.some(
    (other) => other.steps.length > finding.steps.length && startsWith(other.steps, finding.steps),
  );
  return below || isDeclaredEmpty(node);
}

function startsWith(steps: readonly string[], start: readonly string[]): boolean {
  return start.every((step, i) => steps[i] === step);
}

/** `[]` and `{}` say "must be empty", which is what the gateway makes of them. */
function isDeclaredEmpty(node: Located | undefined): boolean {
  return (
    (node?.kind === 'list' && node.items.length === 0) || (node?.kind === 'map' && node.members.size === 0)
  );
}

function holdsUnresolved(node: Located): boolean {
  if (node.kind === 'scalar') return node.unresolved === true;
  if (node.kind === 'list') return node.items.some(holdsUnresolved);
  return [...node.members.values()].some(({ node: child }) => holdsUnresolved(child));
}

function toProblem(
  { steps, code, message, remedy, severity, position }: Finding,
  root: Located,
): PlacedProblem {
  const path = formatPath(pathTo(root, steps));
  const place = position ?? positionOf(root, steps);
  return {
    steps,
    problem: problem(code, `\`${path}\` ${message}`, { remedy, severity, path, position: place }),
  };
}
