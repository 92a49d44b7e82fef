// PATCH of one entry of a provider list (C v0 §3.3): which entry, the checks in the gateway's order, which members.
import { isTree, type Value } from '../../lib/value.ts';
import type { Field } from '../catalog/field.ts';
import type { Memory } from '../model/model.ts';
import { trim } from '../model/rules.ts';
import { type EndpointAnswer, inRange, invalidBody, refuses } from './answer.ts';
import { decodeBoolean, decodeField, decodeInteger, decodeString, heldBy, membersOf } from './decode.ts';
import { type Entry, entriesIn, innerWeightProblem, storesEntries, textIn, written } from './entries.ts';
import { type Family, familyOf, type PatchStep } from './families.ts';
import { isNode, type JsonNode, readFirst } from './json-text.ts';
import { profileProblem, weightProblem } from './members.ts';

/** The members of `value` that PATCH accepts; those that `null` unsets stay raw until they are checked. */
interface Patch {
  readonly values: ReadonlyMap<string, Value>;
  readonly raw: ReadonlyMap<string, JsonNode>;
}

interface Body {
  readonly index: number | undefined;
  readonly selector: string | undefined;
  readonly patch: Patch;
}

export function patchEntries(
  memory: Memory,
  field: Field,
  query: Readonly<Record<string, string>>,
  text: string,
): EndpointAnswer {
  const family = familyOf(field);
  const body = bodyOf(field, family, text);
  if (!body) return invalidBody(memory);
  const list = entriesIn(memory, field);
  const found = inRange(body.index, list.length) ?? selected(list, family, body.selector, query);
  if (found === 'several') return refuses(memory, 400, 'multiple items match; index is required');
  if (found === undefined) return refuses(memory, 404, 'item not found');

  const without = (): EndpointAnswer => storesEntries(memory, field, list.toSpliced(found, 1));
  for (const step of family.patch.steps) {
    const end = judged(step, body.patch);
    if (end === 'delete') return without();
    if (end !== undefined) return refuses(memory, 400, end.error);
  }
  const entry = patched(field, list[found] ?? {}, body.patch);
  const kept = family.put.rewrites ? written(field, entry) : entry;
  if (family.patch.deletesEmpty && textIn(kept, 'api-key') === '' && textIn(kept, 'base-url') === '')
    return without();
  return storesEntries(memory, field, list.with(found, kept));
}

function bodyOf(field: Field, family: Family, text: string): Body | undefined {
  const read = readFirst(text);
  const members = isNode(read) ? membersOf(read, ['index', family.select, 'value']) : undefined;
  const index = decodeInteger(members?.get('index'));
  const selector = decodeString(members?.get(family.select));
  const value = members?.get('value');
  if (!value || value.kind === 'null' || !index.ok || !selector.ok) return undefined;
  const patch = patchOf(field, value);
  return patch && { index: index.value, selector: selector.value, patch };
}

/** Undefined if a member that PATCH accepts has the wrong type. Members that it ignores can have any type. */
function patchOf(field: Field, value: JsonNode): Patch | undefined {
  const takes = [...(field.item?.fields?.values() ?? [])].filter(
    (each) => each.route.kind === 'member' && each.route.patch,
  );
  const members = membersOf(
    value,
    takes.map((each) => each.jsonName),
  );
  if (!members) return undefined;
  const values = new Map<string, Value>();
  const raw = new Map<string, JsonNode>();
  for (const each of takes) {
    const node = members.get(each.jsonName);
    if (!node) continue;
    if (each.route.kind === 'member' && each.route.unset === 'null') {
      raw.set(each.name, node);
      continue;
    }
    const decoded = decodeField(each, node);
    if (!decoded.ok) return undefined;
    if (node.kind !== 'null') values.set(each.name, decoded.value);
  }
  return { values, raw };
}

function selected(
  list: readonly Entry[],
  family: Family,
  selector: string | undefined,
  query: Readonly<Record<string, string>>,
): number | 'several' | undefined {
  if (selector === undefined) return undefined;
  const text = trim(selector);
  if (text === '' && family.matching !== 'first-or-blank') return undefined;
  if (family.matching !== 'unique') {
    const member = family.select === 'name' ? 'name' : 'api-key';
    const found = list.findIndex((entry) => textIn(entry, member) === text);
    return found < 0 ? undefined : found;
  }
  const base = query['base-url'];
  const found = [...list.keys()].filter((at) => {
    const entry = list[at] ?? {};
    return (
      trim(textIn(entry, 'api-key')) === text &&
      (base === undefined || trim(textIn(entry, 'base-url')) === trim(base))
    );
  });
  return found.length > 1 ? 'several' : found[0];
}

/** The result of one step of the patch: continue (undefined), remove the entry, or an error. */
function judged(step: PatchStep, { values, raw }: Patch): 'delete' | { readonly error: string } | undefined {
  switch (step) {
    case 'weight':
      return complaint(rawWeightProblem(raw.get('weight')));
    case 'disable-cooling':
      return decodeBoolean(raw.get('disable-cooling')).ok
        ? undefined
        : { error: 'disable-cooling must be a boolean or null' };
    case 'fingerprint-profile': {
      const problem = profileProblem(String(values.get(step) ?? ''));
      return complaint(problem && `${step}: ${problem}`);
    }
    case 'api-key-entries':
      return complaint(innerWeightProblem(values.get(step), step));
    default:
      return isBlank(values.get(step.slice(step.indexOf(':') + 1))) ? 'delete' : undefined;
  }
}

const complaint = (error: string | undefined): { readonly error: string } | undefined =>
  error === undefined ? undefined : { error };

const isBlank = (value: Value | undefined): boolean => value !== undefined && trim(String(value)) === '';

function rawWeightProblem(node: JsonNode | undefined): string | undefined {
  const weight = decodeInteger(node);
  return weight.ok ? weightProblem(weight.value) : 'weight must be an integer';
}

function patched(field: Field, entry: Entry, { values, raw }: Patch): Entry {
  const next: Record<string, Value> = { ...entry };
  for (const member of field.item?.fields?.values() ?? []) {
    const value = valueFor(member, values, raw);
    if (value === undefined) continue;
    const held = heldBy(member, value ?? undefined);
    if (held === undefined) delete next[member.name];
    else next[member.name] = held;
  }
  return next;
}

/** Undefined: unchanged. Null: unset. */
function valueFor(
  member: Field,
  values: ReadonlyMap<string, Value>,
  raw: ReadonlyMap<string, JsonNode>,
): Value | undefined {
  const node = raw.get(member.name);
  if (node) {
    const decoded = decodeField(member, node);
    return decoded.ok ? decoded.value : undefined;
  }
  const value = values.get(member.name);
  if (typeof value === 'string') return trim(value);
  if (Array.isArray(value) && value.length === 0) return null;
  return isTree(value) && Object.keys(value).length === 0 ? null : value;
}
