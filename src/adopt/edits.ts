// From what Holdfast reads in a text to what it should read there, as an exact patch: what needs no change isn't
// touched.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { sameAt } from '../gateway/model/equal.ts';
import { isList, isTree, sameValue, type Tree, type Value } from '../lib/value.ts';
import type { ItemStep, KeyStep, Patch } from '../yaml/splice/patch.ts';
import type { Proposed, ProposedMember } from './proposed.ts';

/** `final` is `proposed` with references in place of secrets, in the same structure. Undefined: nothing to edit. */
export function editsTo(read: Tree, proposed: Proposed, final: Value, catalog: Catalog): Patch | undefined {
  return stepTo(read, proposed, final, catalog.root, catalog);
}

function stepTo(
  read: Value | undefined,
  proposed: Proposed,
  final: Value,
  field: Field | undefined,
  catalog: Catalog,
): Patch | undefined {
  const whole: Patch = { kind: 'replace', value: final };
  if (proposed.kind === 'map' && isTree(final))
    return isTree(read) ? mapTo(read, proposed.members, final, field, catalog) : whole;
  if (proposed.kind === 'list' && isList(final)) {
    const fits = isList(read) && proposed.items.every(({ from }) => from < read.length);
    return fits ? listTo(read, proposed.items, final, field, catalog) : whole;
  }
  if (read !== undefined && sameValue(read, final)) return undefined;
  // `90s` and `1m30s` are equal for both.
  if (field?.kind === 'duration' && typeof read === 'string' && sameAt(field, read, final)) return undefined;
  return whole;
}

function mapTo(
  read: Tree,
  members: readonly ProposedMember[],
  final: Tree,
  field: Field | undefined,
  catalog: Catalog,
): Patch | undefined {
  const keys = new Map<string, KeyStep>();
  const stays = new Set(members.map(({ from }) => from));
  for (const name of Object.keys(read)) if (!stays.has(name)) keys.set(name, { kind: 'remove' });
  for (const { from, name, value } of members) {
    const inner = field && catalog.child(field, name);
    const patch = stepTo(read[from], value, final[name] ?? null, inner, catalog);
    if (from !== name) keys.set(from, { kind: 'rename', to: name, ...(patch && { patch }) });
    else if (patch) keys.set(name, patch);
  }
  return keys.size > 0 ? { kind: 'map', keys } : undefined;
}

function listTo(
  read: readonly Value[],
  items: readonly { readonly from: number; readonly value: Proposed }[],
  final: readonly Value[],
  field: Field | undefined,
  catalog: Catalog,
): Patch | undefined {
  const inner = field && catalog.child(field, '[]');
  const steps: ItemStep[] = items.map(({ from, value }, i) => {
    const patch = stepTo(read[from], value, final[i] ?? null, inner, catalog);
    return patch ? { from, patch } : { from };
  });
  const isSame = steps.length === read.length && steps.every((step) => !('patch' in step));
  return isSame ? undefined : { kind: 'list', items: steps };
}
