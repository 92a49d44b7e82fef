// From the current to the intended content of the file, as a patch: it touches only what the gateway would
// distinguish. Knows the catalog's meaning of values, not the text.
import { loadCatalog } from '../../gateway/catalog/catalog.ts';
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { canonical, sameAt } from '../../gateway/model/equal.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { isList, isTree, sameValue, type Tree, type Value, valueAt } from '../../lib/value.ts';
import { identityOf, pair } from '../diff/identity.ts';
import { isOrdered } from '../diff/order.ts';
import type { ItemStep, KeyStep, Patch } from '../../yaml/splice/patch.ts';
import type { Area } from '../types/area.ts';
import type { Difference } from '../types/difference.ts';

/** Leading keys of a difference's path: down to the first list, or to a map whose names the gateway respells. */
export function areaOf(catalog: Catalog, difference: Difference): Area {
  const area: string[] = [];
  let field: Field | undefined = catalog.root;
  for (const step of difference.proposedPlace ?? difference.livePlace ?? []) {
    if (typeof step === 'number' || (field && respellsKeys(field))) break;
    area.push(step);
    field = field && catalog.child(field, step);
  }
  return area;
}

/** Areas without those that lie below another. */
export function outermost(areas: readonly Area[]): Area[] {
  const covers = (a: Area, b: Area): boolean => a.length < b.length && a.every((name, i) => name === b[i]);
  const distinct = [...new Map(areas.map((area) => [JSON.stringify(area), area])).values()];
  return distinct.filter((area) => !distinct.some((other) => covers(other, area)));
}

/** The patch that makes `content` equal to `proposed` in these areas. Undefined: it already is. */
export function patchTowards(
  catalog: Catalog,
  content: Tree,
  proposed: Tree,
  areas: readonly Area[],
): Patch | undefined {
  const root: Nested = new Map();
  for (const area of outermost(areas)) {
    const step = stepFor(catalog.at(area), valueAt(content, area), valueAt(proposed, area));
    if (step) nest(root, area, step);
  }
  return root.size === 0 ? undefined : patchOf(root);
}

type Nested = Map<string, Nested | KeyStep>;

function nest(into: Nested, area: Area, step: KeyStep): void {
  const [name = '', ...rest] = area;
  if (rest.length === 0) {
    into.set(name, step);
    return;
  }
  const inner = into.get(name);
  const next: Nested = inner instanceof Map ? inner : new Map();
  into.set(name, next);
  nest(next, rest, step);
}

function patchOf(nested: Nested): Patch {
  const keys = new Map<string, KeyStep>();
  for (const [name, step] of nested) keys.set(name, step instanceof Map ? patchOf(step) : step);
  return { kind: 'map', keys };
}

function stepFor(
  field: Field | undefined,
  content: Value | undefined,
  proposed: Value | undefined,
): KeyStep | undefined {
  if (content === undefined && proposed === undefined) return undefined;
  if (isList(content) && isList(proposed) && isEntryByEntry(field, content, proposed))
    return listTo(field, content, proposed);
  if (field ? sameAt(field, content, proposed) : sameValue(content, proposed)) return undefined;
  if (proposed === undefined) return { kind: 'remove' };
  if (content === undefined) return { kind: 'replace', value: proposed };
  return patchTo(field, content, proposed);
}

/** Avoids normalising long lists of entries as a whole, if a comparison of their entries is enough. */
function isEntryByEntry(
  field: Field | undefined,
  content: readonly Value[],
  proposed: readonly Value[],
): boolean {
  if (field?.item?.kind !== 'struct' || field.collection !== 'keyed') return false;
  return content.length === proposed.length || hasOthers(field, content, proposed);
}

/**
 * Whether one of the lists certainly has an entry that the other lacks; entries that the gateway ignores don't
 * count.
 */
function hasOthers(field: Field, content: readonly Value[], proposed: readonly Value[]): boolean {
  const filed = heldOf(field, content).map((entry) => identityOf(field, entry));
  const [stored, declared] = [new Set(filed), new Set(proposed.map((entry) => identityOf(field, entry)))];
  if ([...declared].some((identity) => !stored.has(identity))) return true;
  return content.some(
    (entry, i) => !declared.has(filed[i] ?? '') && isNotEmpty(normaliseAt(field, [entry]).value),
  );
}

const isNotEmpty = (value: Value | undefined): boolean => isList(value) && value.length > 0;

/** For two values that are not the same. */
function patchTo(field: Field | undefined, content: Value, proposed: Value): Patch | undefined {
  if (isTree(content) && isTree(proposed)) return mapTo(field, content, proposed);
  if (isList(content) && isList(proposed)) return listTo(field, content, proposed);
  return { kind: 'replace', value: proposed };
}

/**
 * Whether loading the file trims names of this map or converts them to lower case: the file can then spell them
 * differently.
 */
export function respellsKeys(field: Field): boolean {
  return (
    field.kind === 'map' && field.normalise.some((rule) => rule.startsWith('keys:') || rule === 'headers')
  );
}

function respell(field: Field | undefined, name: string): string {
  if (!field || !respellsKeys(field)) return name;
  return field.normalise.includes('keys:lower') ? name.trim().toLowerCase() : name.trim();
}

function mapTo(field: Field | undefined, content: Tree, proposed: Tree): Patch | undefined {
  const keys = new Map<string, KeyStep>();
  const filed = new Map(Object.keys(content).map((name) => [respell(field, name), name]));
  for (const name of Object.keys(content))
    if (filed.get(respell(field, name)) !== name) keys.set(name, { kind: 'remove' });
  for (const name of new Set([...filed.keys(), ...Object.keys(proposed)])) {
    const raw = filed.get(name) ?? name;
    const inner = field?.kind === 'map' ? field.value : field?.fields?.get(name);
    if (field && isUnshown(field, name) && proposed[name] === undefined) continue;
    const isHeld = field === undefined || field.kind === 'any' || !inner;
    const step = (isHeld ? exactStep : stepFor.bind(undefined, inner))(content[raw], proposed[name]);
    if (step) keys.set(raw, step);
  }
  if (keys.size === 0) return undefined;
  if (field?.parent?.kind === 'list')
    for (const name of Object.keys(content))
      if (isUnshown(field, name) && proposed[name] === undefined) keys.set(name, { kind: 'remove' });
  return { kind: 'map', keys };
}

/**
 * What the gateway doesn't know: memory doesn't show it. It is removed with the next write of its entry (C v0 §4.4
 * N11).
 */
const isUnshown = (field: Field, name: string): boolean =>
  field.kind === 'struct' && !field.fields?.has(name) && !isOfTree(field);

/**
 * If the proposed image is one of the file, what it lacks is removed. Otherwise it is one of memory, which shows no
 * unknown keys.
 */
function isOfTree(field: Field): boolean {
  const { root } = loadCatalog('v8');
  return field === root || (field.parent !== undefined && isOfTree(field.parent));
}

/** Free-form settings: null, zero and absent are three different values. */
function exactStep(before: Value | undefined, after: Value | undefined): KeyStep | undefined {
  if (sameValue(before, after)) return undefined;
  if (after === undefined) return { kind: 'remove' };
  return before === undefined ? { kind: 'replace', value: after } : patchTo(undefined, before, after);
}

function listTo(
  field: Field | undefined,
  content: readonly Value[],
  proposed: readonly Value[],
): Patch | undefined {
  const partner = field
    ? partners(field, content, proposed)
    : proposed.map((_, i) => (i < content.length ? i : undefined));
  const steps = proposed.map((value, i) => itemStep(field?.item, content, partner[i], value));
  const items = field && !isOrdered(field) && field.collection === 'set' ? inFileOrder(steps) : steps;
  const isSame =
    items.length === content.length &&
    items.every((step, i) => 'from' in step && step.from === i && !step.patch);
  return isSame ? undefined : { kind: 'list', items };
}

function itemStep(
  item: Field | undefined,
  content: readonly Value[],
  from: number | undefined,
  value: Value,
): ItemStep {
  const old = from === undefined ? undefined : content[from];
  if (from === undefined || old === undefined) return { value };
  if (item ? sameAt(item, old, value) && hasSameKind(old, value) : sameValue(old, value)) return { from };
  const patch = patchTo(item, old, value);
  return patch ? { from, patch } : { from };
}

const hasSameKind = (a: Value, b: Value): boolean => isTree(a) === isTree(b) && isList(a) === isList(b);

/** Old members of a set stay in place; new ones follow. */
function inFileOrder(steps: readonly ItemStep[]): ItemStep[] {
  const old = steps.filter((step) => 'from' in step).toSorted((a, b) => a.from - b.from);
  return [...old, ...steps.filter((step) => !('from' in step))];
}

/** By identity. Of the unpaired entries on both sides, similar ones count as renamed. */
function partners(
  field: Field,
  content: readonly Value[],
  proposed: readonly Value[],
): (number | undefined)[] {
  const { partner, left } = pair(field, heldOf(field, content), proposed);
  const result = [...partner];
  const lone = result.flatMap((found, i) => (found === undefined ? [i] : []));
  if (lone.length === 0 || lone.length !== left.length || lone.length > 64) return result;
  lone.forEach((i, k) => {
    const from = left[k] as number;
    if (isAlike(content[from] as Value, proposed[i] as Value)) result[i] = from;
  });
  return result;
}

/** Entries by the gateway's identity: trimmed and in lower case, as its loader does. */
function heldOf(field: Field, content: readonly Value[]): readonly Value[] {
  const { item } = field;
  if (!item || (item.normalise.length === 0 && !item.fields)) return content;
  return content.map((entry) => {
    if (!isTree(entry)) return canonical(item, entry) ?? entry;
    const identity = field.identity.flatMap((name) => {
      const member = item.fields?.get(name);
      const held = member && heldText(member, entry[name]);
      return held === undefined || held === entry[name] ? [] : [[name, held] as const];
    });
    return identity.length === 0 ? entry : { ...entry, ...Object.fromEntries(identity) };
  });
}

function heldText(field: Field, value: Value | undefined): Value | undefined {
  const isHeld = typeof value === 'string' && value === value.trim();
  return isHeld && field.normalise.every((rule) => rule.endsWith('trim')) ? value : canonical(field, value);
}

function isAlike(a: Value, b: Value): boolean {
  if (!isTree(a) || !isTree(b)) return !isTree(a) && !isTree(b);
  return Object.keys(b).some((name) => Object.hasOwn(a, name) && sameValue(a[name], b[name]));
}
