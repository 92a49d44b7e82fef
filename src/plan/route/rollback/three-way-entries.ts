// Which entries of three versions of a list are the same. By identity if the list has one, otherwise by content. An
// entry that we renamed is found by its previous name. Pure.
import type { Field } from '../../../gateway/catalog/field.ts';
import type { Value } from '../../../lib/value.ts';
import { findRenames, hasIdentity, identityOf } from '../../diff/identity.ts';
import { isOrdered } from '../../diff/order.ts';

export interface Match {
  readonly name: string;
  readonly before: Value | undefined;
  readonly ours: Value | undefined;
  readonly now: Value | undefined;
  /** Its position before; an entry that wasn't there follows its neighbor. */
  readonly place: number;
}

export interface Matched {
  /** In the order of now. */
  readonly here: readonly Match[];
  /** In before or ours, and not there now. */
  readonly gone: readonly Match[];
  readonly order: {
    /** Whether our writes change the order of the remaining entries. */
    readonly ours: boolean;
    readonly now: 'before' | 'ours' | 'foreign';
  };
}

/** One version of the list, by a name that is unique in it. */
type Named = ReadonlyMap<string, Value>;

export function matchEntries(
  list: Field,
  before: readonly Value[],
  ours: readonly Value[],
  now: readonly Value[],
): Matched {
  const old = named(list, before);
  const formerName = renames(list, before, ours);
  const made = new Map([...named(list, ours)].map(([name, value]) => [formerName.get(name) ?? name, value]));
  const found = new Map([...named(list, now)].map(([name, value]) => [formerName.get(name) ?? name, value]));
  const match = (name: string, place: number): Match => ({
    name: nameOf(name),
    before: old.get(name),
    ours: made.get(name),
    now: found.get(name),
    place,
  });
  const places = new Map([...old.keys()].map((name, i) => [name, i]));
  let last = -1;
  const here = [...found.keys()].map((name) => {
    last = places.get(name) ?? last;
    return match(name, places.has(name) ? last : last + 0.5);
  });
  const gone = [...new Set([...old.keys(), ...made.keys()])]
    .filter((name) => !found.has(name))
    .map((name) => match(name, places.get(name) ?? old.size));
  return { here, gone, order: orderOf(list, old, made, found) };
}

/** The n-th of several entries of one identity has its own name. */
function named(list: Field, entries: readonly Value[]): Named {
  const seen = new Map<string, number>();
  return new Map(
    entries.map((value) => {
      const identity = hasIdentity(list) ? identityOf(list, value) : JSON.stringify(value);
      const nth = seen.get(identity) ?? 0;
      seen.set(identity, nth + 1);
      return [`${identity}\0${nth}`, value];
    }),
  );
}

/** For people. */
const nameOf = (name: string): string => name.slice(0, name.lastIndexOf('\0')).replaceAll('\n', ' ').trim();

/** From the name of an entry in ours to its previous name. */
function renames(list: Field, before: readonly Value[], ours: readonly Value[]): ReadonlyMap<string, string> {
  const [old, made] = [[...named(list, before).keys()], [...named(list, ours).keys()]];
  const [had, has] = [new Set(old), new Set(made)];
  const gone = old.flatMap((name, i) => (has.has(name) ? [] : [i]));
  const come = made.flatMap((name, i) => (had.has(name) ? [] : [i]));
  const found = findRenames(list, before, ours, gone, come);
  return new Map([...found].map(([to, from]) => [made[to] ?? '', old[from] ?? '']));
}

function orderOf(list: Field, old: Named, made: Named, found: Named): Matched['order'] {
  if (!isOrdered(list)) return { ours: false, now: 'before' };
  const lasting = (names: Iterable<string>): string =>
    JSON.stringify([...names].filter((name) => old.has(name) && made.has(name) && found.has(name)));
  const [before, ours, now] = [lasting(old.keys()), lasting(made.keys()), lasting(found.keys())];
  return {
    ours: before !== ours,
    now: now === ours ? 'ours' : now === before ? 'before' : 'foreign',
  };
}
