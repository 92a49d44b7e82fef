// Numbers that no file can state exactly, inside entries of lists: their members are omitted, the rest is declared.
// A plan keeps such a member as it is on the gateway.
import { displayPath } from '../desired/read/locations.ts';
import { formatPath } from '../domain/path.ts';
import { problem, type Problem } from '../domain/problem/problem.ts';
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import type { Dialect } from '../gateway/dialect.ts';
import { holdsInexact, isList, isTree, type Value } from '../lib/value.ts';
import type { KeyStep, Patch } from '../yaml/splice/patch.ts';
import { splice } from '../yaml/splice/splice.ts';
import { parsed, type Prepared } from './prepare.ts';

/** The same if the members can't be removed one by one; then the whole list is omitted later. */
export function withoutInexact(prepared: Prepared, dialect: Dialect): Prepared {
  const { catalog } = dialect;
  const content = dialect.content(prepared.document);
  if (!holdsInexact(content)) return prepared;
  const found: Place[] = [];
  const patch = stepFor(catalog.root, content, [], found, catalog);
  if (found.length === 0 || patch?.kind !== 'map') return prepared;
  const spliced = splice(prepared.document, patch);
  if (!spliced.ok) return prepared;
  const notes = found.map((place) => noteOf(formatPath(displayPath(content, place.map(String)))));
  return { document: parsed(spliced.value.text), notes: [...prepared.notes, ...notes] };
}

type Place = readonly (string | number)[];

const noteOf = (path: string): Problem =>
  problem('HF2070', `\`${path}\` is left out: it holds a number that cannot be kept exactly`, {
    severity: 'warning',
    path,
    remedy: 'It stays as it is in the gateway. To change it, declare a number of at most 15 digits.',
  });

/** Removes the smallest members; `found` collects their paths. */
function stepFor(
  field: Field | undefined,
  value: Value,
  place: Place,
  found: Place[],
  catalog: Catalog,
): Exclude<KeyStep, { kind: 'rename' }> | undefined {
  if (!holdsInexact(value)) return undefined;
  if (isList(value)) return listStep(field, value, place, found, catalog);
  const isInEntry = place.some((step) => typeof step === 'number');
  const isDivided = isTree(value) && (field?.kind === 'struct' || field?.kind === 'map');
  if (isDivided) {
    const keys = new Map<string, KeyStep>();
    for (const [name, member] of Object.entries(value)) {
      const step = stepFor(catalog.child(field, name), member, [...place, name], found, catalog);
      if (step) keys.set(name, step);
    }
    const isUsedUp = isInEntry && [...keys.values()].filter(isRemoval).length === Object.keys(value).length;
    return isUsedUp ? { kind: 'remove' } : { kind: 'map', keys };
  }
  if (!isInEntry) return undefined;
  found.push(place);
  return { kind: 'remove' };
}

const isRemoval = ({ kind }: KeyStep): boolean => kind === 'remove';

function listStep(
  field: Field | undefined,
  items: readonly Value[],
  place: Place,
  found: Place[],
  catalog: Catalog,
): Patch | { readonly kind: 'remove' } | undefined {
  const item = field && catalog.child(field, '[]');
  if (item?.kind !== 'struct') {
    if (!place.some((step) => typeof step === 'number')) return undefined;
    found.push(place);
    return { kind: 'remove' };
  }
  return {
    kind: 'list',
    items: items.map((each, from) => {
      const step = stepFor(item, each, [...place, from], found, catalog);
      return step && step.kind !== 'remove' ? { from, patch: step } : { from };
    }),
  };
}
