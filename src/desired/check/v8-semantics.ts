// What a v8 gateway would drop, refuse or misinterpret in a well-formed desired state, in addition to what applies
// to both layouts. Pure.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import {
  effectiveEntries,
  effectiveField,
  type EffectiveEntry,
  familyAt,
} from '../../gateway/layout/effective.ts';
import { complete } from '../../gateway/model/load.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { inFlightFault, relayFault } from '../../gateway/model/validate.ts';
import { type Located, type LocatedMap, nodeAt, valueOf } from '../../yaml/located.ts';
import { type PlacedProblem, positionOf } from '../../input/schema-problems.ts';
import type { Tree, Value } from '../../lib/value.ts';
import { droppedFinding } from './dropped.ts';
import type { Finding } from './findings.ts';

export function* v8Findings(
  root: LocatedMap,
  catalog: Catalog,
  wrong: readonly PlacedProblem[],
): Generator<Finding> {
  const mistaken = new Set(wrong.map(({ steps }) => steps.slice(0, 2).join('.')));
  for (const field of catalog.at(['api-keys'])?.fields?.values() ?? [])
    if (!mistaken.has(field.pattern)) yield* familyFindings(root, field);
  yield* emptySections(root, catalog.root, []);
  yield* revisions(root, catalog.root, []);
  yield* refusedSections(root, catalog);
}

function* familyFindings(root: LocatedMap, field: Field): Generator<Finding> {
  const steps = field.pattern.split('.');
  const list = nodeAt(root, steps);
  const family = familyAt(field.pattern);
  if (list?.kind !== 'list' || !family) return;
  const entries = effectiveEntries(valueOf(list), family);
  const { dropped } = normaliseAt(
    effectiveField(field),
    entries.map(({ entry }) => entry),
  );
  for (const drop of dropped) yield droppedFinding(drop, [...steps, ...declaredPlace(entries, drop.place)]);
  if (family.form === 'groups') yield* sameCredential(root, steps, entries);
}

/** From a path in the effective entries to its declaration. */
function declaredPlace(entries: readonly EffectiveEntry[], place: readonly (string | number)[]): string[] {
  const [at = 0, member, ...below] = place;
  const entry = entries[Number(at)];
  const start = (member === undefined ? undefined : entry?.members.get(String(member))) ?? entry?.place ?? [];
  return [...start, ...below].map(String);
}

/** Two credentials with the same key and address can't be distinguished by an edit (C v0 §6.2 rule S). */
function* sameCredential(
  root: LocatedMap,
  steps: readonly string[],
  entries: readonly EffectiveEntry[],
): Generator<Finding> {
  const seen = new Map<string, readonly string[]>();
  for (const { entry, place } of entries) {
    const at = [...steps, ...place.map(String)];
    const identity = JSON.stringify(['api-key', 'base-url'].map((name) => String(entry[name] ?? '').trim()));
    const first = seen.get(identity);
    if (!first) seen.set(identity, at);
    else
      yield {
        steps: at,
        code: 'HF2053',
        severity: 'warning',
        message: `has the same api-key and base-url as the entry in line ${positionOf(root, first).line}`,
      };
  }
}

/**
 * `{}` for a section has no meaning: its keys have defaults of their own, and the gateway prunes it (design-v8 rule
 * 7).
 */
function* emptySections(node: Located, field: Field, steps: readonly string[]): Generator<Finding> {
  if (node.kind !== 'map' || field.kind !== 'struct') return;
  if (node.members.size === 0 && steps.length > 0)
    yield {
      steps,
      code: 'HF2032',
      message: "is a section of named keys and can't be empty",
      remedy: 'Declare keys below it, or remove it.',
    };
  for (const [name, member] of node.members) {
    const below = field.fields?.get(name);
    if (below) yield* emptySections(member.node, below, [...steps, name]);
  }
}

/** Home counts them; v8 refuses a change (C v8 §4.8). */
function* revisions(node: Located, field: Field, steps: readonly string[]): Generator<Finding> {
  if (field.readOnly && field.name !== 'config-version')
    yield {
      steps,
      code: 'HF2054',
      severity: 'warning',
      message: 'is read-only: the gateway refuses every value except the current one',
      remedy: 'Remove it from the files.',
    };
  if (node.kind !== 'map' || field.kind !== 'struct') return;
  for (const [name, member] of node.members) {
    const below = field.fields?.get(name);
    if (below) yield* revisions(member.node, below, [...steps, name]);
  }
}

/**
 * Limits that involve several keys: the gateway responds with 422 (C v8 §1.5). Undeclared keys count with their
 * defaults.
 */
function* refusedSections(root: LocatedMap, catalog: Catalog): Generator<Finding> {
  for (const [path, faultOf] of SECTIONS) {
    const steps = path.split('.');
    const node = nodeAt(root, steps);
    const field = catalog.at(steps);
    if (node?.kind !== 'map' || !field || holdsUnresolved(node)) continue;
    const fault = faultOf(complete(field, valueOf(node) as Tree));
    if (fault !== undefined)
      yield { steps, code: 'HF2054', message: `would be refused by the gateway: ${fault}` };
  }
}

const SECTIONS: readonly (readonly [string, (section: Value) => string | undefined])[] = [
  ['credentials.in-flight', inFlightFault],
  ['oauth.providers.codex.live-media-relay', relayFault],
];

function holdsUnresolved(node: Located): boolean {
  if (node.kind === 'scalar') return node.unresolved === true;
  const below = node.kind === 'list' ? node.items : [...node.members.values()].map((member) => member.node);
  return below.some(holdsUnresolved);
}
