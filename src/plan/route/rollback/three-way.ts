// Compares three versions at every path and list entry of a file: without our writes, as our writes should leave it,
// and as it is now. A value that is neither of the first two was set by others. Pure.
import type { Catalog, Field } from '../../../gateway/catalog/field.ts';
import { sameAt } from '../../../gateway/model/equal.ts';
import { looksHashed } from '../../../gateway/model/rules.ts';
import { entry, key, type Path } from '../../../domain/path.ts';
import { isList, isTree, listOf, sameValue, type Tree, type Value } from '../../../lib/value.ts';
import { matchEntries, type Match, type Matched } from './three-way-entries.ts';
import { type EffectiveKeys, effectiveKeys, type Place, placeOfKeys } from './three-way-groups.ts';
import type { RedactSteps } from '../../diff/redact-at.ts';

/** A path that others changed; an absent value means that the path doesn't exist. */
export interface Foreign {
  readonly path: Path;
  /** The same path, for showing values. */
  readonly steps: RedactSteps;
  readonly before?: Value;
  readonly ours?: Value;
  readonly now?: Value;
}

export interface ThreeValues {
  readonly before: Tree;
  readonly ours: Tree;
  readonly now: Tree;
}

export interface ThreeWay {
  /** `now` without our changes; keeps what others changed. */
  readonly without: Tree;
  readonly foreign: readonly Foreign[];
  /** Where our change is in effect. */
  readonly inForce: readonly Path[];
  /** Where our change is missing and the previous value is there. */
  readonly missing: readonly Path[];
}

/** Whether the value at a path is ours although `ours` doesn't have it. */
export type IsOurs = (path: Path, now: Value | undefined) => boolean;

/**
 * Pass `isOurs` if our writes are known only as hashes: `ours` is then `before`, and keys of groups have one path.
 */
export function threeWay(catalog: Catalog, { before, ours, now }: ThreeValues, isOurs?: IsOurs): ThreeWay {
  const walk = new Walk(catalog, isOurs);
  const without = walk.members(catalog.root, { before, ours, now }, { path: [], steps: [] });
  return { without, foreign: walk.foreign, inForce: walk.inForce, missing: walk.missing };
}

/** Whether two values mean the same: known keys through the catalog, unknown ones exactly. */
export function sameMeaning(
  field: Field | undefined,
  a: Value | undefined,
  b: Value | undefined,
  catalog: Catalog,
): boolean {
  if (sameValue(a, b)) return true;
  if (field && hasNoUnknownKeys(field)) return sameAt(field, a, b) || sameAt(field, b, a);
  if (isTree(a ?? {}) && isTree(b ?? {}) && isOpen(field, a ?? b))
    return namesOf(a, b).every((name) =>
      sameMeaning(childOf(catalog, field, name), memberOf(a, name), memberOf(b, name), catalog),
    );
  if (!field?.item || !isList(a ?? []) || !isList(b ?? [])) return false;
  const [left, right] = [listOf(a), listOf(b)];
  return (
    left.length === right.length && left.every((item, i) => sameMeaning(field.item, item, right[i], catalog))
  );
}

/** Compared as one value only if it can't contain unknown keys, because `sameAt` ignores these. */
export function hasNoUnknownKeys(field: Field): boolean {
  const below = field.item ?? field.value;
  if (field.kind === 'struct') return false;
  return below === undefined || below === field || hasNoUnknownKeys(below);
}

type Maybe = Value | undefined;
type Three<T> = { readonly before: T; readonly ours: T; readonly now: T };

class Walk {
  readonly foreign: Foreign[] = [];
  readonly inForce: Path[] = [];
  readonly missing: Path[] = [];
  readonly #catalog: Catalog;
  readonly #isOurs: IsOurs;
  readonly #byPlace: boolean;

  constructor(catalog: Catalog, isOurs: IsOurs | undefined) {
    this.#catalog = catalog;
    this.#isOurs = isOurs ?? (() => false);
    this.#byPlace = isOurs !== undefined;
  }

  members(field: Field | undefined, { before, ours, now }: Three<Maybe>, at: Place): Tree {
    const result = namesOf(now, before, ours).flatMap((name): [string, Value][] => {
      const three = {
        before: memberOf(before, name),
        ours: memberOf(ours, name),
        now: memberOf(now, name),
      };
      const place = { path: [...at.path, key(name)], steps: [...at.steps, name] };
      const value = this.#value(childOf(this.#catalog, field, name), three, place);
      return value === undefined ? [] : [[name, value]];
    });
    return Object.fromEntries(result);
  }

  /** The value here without our changes. */
  #value(field: Field | undefined, three: Three<Maybe>, at: Place): Maybe {
    const { before, ours, now } = three;
    const isOurPlace = !this.#same(field, before, ours);
    if (this.#same(field, ours, now) || (isOurPlace && isSameSecret(field, three))) {
      if (!isOurPlace) return now;
      this.inForce.push(at.path);
      return before;
    }
    if (isOurPlace && this.#same(field, before, now)) {
      this.missing.push(at.path);
      return now;
    }
    if (canEnter(field, three)) return this.#entered(field, three, at);
    if (field?.item && isList(now) && isListOrNone(before) && isListOrNone(ours))
      return this.#list(field, { before: listOf(before), ours: listOf(ours), now }, at);
    return this.#theirs(three, at);
  }

  /** What remains of a value that is neither as before nor as in `ours`. */
  #theirs(three: Three<Maybe>, at: Place): Maybe {
    const isOurs = this.#isOurs(at.path, three.now);
    if (isOurs) this.inForce.push(at.path);
    else this.foreign.push({ ...at, ...present(three) });
    return isOurs ? three.before : three.now;
  }

  /** A mapping that would be empty without our changes, and didn't exist before, is also ours. */
  #entered(field: Field | undefined, three: Three<Maybe>, at: Place): Maybe {
    const made = this.members(field, three, at);
    return Object.keys(made).length === 0 && three.before === undefined ? undefined : made;
  }

  #list(field: Field, three: Three<readonly Value[]>, at: Place): readonly Value[] {
    const keys = effectiveKeys(field, three, this.#byPlace);
    return keys ? this.#keys(keys, at) : this.#entries(field, three, at);
  }

  #keys(keys: EffectiveKeys, at: Place): readonly Value[] {
    return keys.regroup(this.#entries(keys.field, keys, placeOfKeys(at)));
  }

  #entries(field: Field, three: Three<readonly Value[]>, at: Place): readonly Value[] {
    const found = matchEntries(field, three.before, three.ours, three.now);
    const kept = found.here.map((match) => ({ match, value: this.#entry(field, match, at) }));
    const returned = found.gone.filter((match) => this.#isOursToReturn(match, at));
    const order = this.#order(found.order, at);
    return inOrder(
      kept.flatMap(({ match, value }) => (value === undefined ? [] : [{ place: match.place, value }])),
      returned.flatMap(({ before, place }) => (before === undefined ? [] : [{ place, value: before }])),
      order === 'foreign' || (returned.length === 0 && order === 'nobody') ? 'as-now' : 'as-before',
    );
  }

  /** An existing entry. If others added it, or we and others changed it, it stays as a whole. */
  #entry(field: Field, { before, ours, now, name }: Match, at: Place): Maybe {
    const place = { path: [...at.path, entry(name)], steps: [...at.steps, 0 as const] };
    if (before === undefined && !this.#same(field.item, ours, now))
      return this.#theirs({ before, ours, now }, place);
    return this.#value(field.item, { before, ours, now }, place);
  }

  /** A missing entry: we removed it, others did, or our addition is missing. */
  #isOursToReturn({ before, ours, name }: Match, at: Place): boolean {
    const place = { path: [...at.path, entry(name)], steps: [...at.steps, 0 as const] };
    if (before === undefined) this.missing.push(place.path);
    else if (ours === undefined) this.inForce.push(place.path);
    else return this.#theirs({ before, ours, now: undefined }, place) !== undefined;
    return before !== undefined && ours === undefined;
  }

  /** Who changed it. */
  #order({ ours, now }: Matched['order'], at: Place): 'nobody' | 'ours' | 'foreign' {
    const isForeign = now === 'foreign' && !this.#isOurs(at.path, undefined);
    if (isForeign) this.foreign.push(at);
    else if (now === 'foreign' || (ours && now === 'ours')) this.inForce.push(at.path);
    else if (ours) this.missing.push(at.path);
    if (isForeign) return 'foreign';
    return ours || now === 'foreign' ? 'ours' : 'nobody';
  }

  #same(field: Field | undefined, a: Maybe, b: Maybe): boolean {
    return sameMeaning(field, a, b, this.#catalog);
  }
}

// ── pieces ───────────────────────────────────────────────────────────────────────────────────────────────────────

const namesOf = (...values: readonly Maybe[]): string[] => [
  ...new Set(values.flatMap((value) => (isTree(value) ? Object.keys(value) : []))),
];

const memberOf = (value: Maybe, name: string): Maybe => {
  const member = isTree(value) && Object.hasOwn(value, name) ? value[name] : undefined;
  return member ?? undefined;
};

const isListOrNone = (value: Maybe): boolean => value === undefined || value === null || isList(value);

const childOf = (catalog: Catalog, field: Field | undefined, name: string): Field | undefined =>
  field && catalog.child(field, name);

function isOpen(field: Field | undefined, value: Maybe): boolean {
  return field ? field.kind === 'struct' || field.kind === 'map' || field.kind === 'any' : isTree(value);
}

function canEnter(field: Field | undefined, { before, ours, now }: Three<Maybe>): boolean {
  if (!isTree(now) || !isOpen(field, now)) return false;
  return [before, ours].every((value) => value === undefined || value === null || isTree(value));
}

/** A plaintext management secret is stored as a hash, a different one each time. */
function isSameSecret(field: Field | undefined, { before, ours, now }: Three<Maybe>): boolean {
  if (!field?.secret || !field.pattern.endsWith('secret-key')) return false;
  return (
    [ours, now].every((text) => typeof text === 'string' && looksHashed(text)) && !sameValue(before, now)
  );
}

function present({ before, ours, now }: Three<Maybe>): Omit<Foreign, 'path' | 'steps'> {
  return {
    ...(before !== undefined && { before }),
    ...(ours !== undefined && { ours }),
    ...(now !== undefined && { now }),
  };
}

interface Placed {
  /** Index in the list before, or the index that it follows (with .5). */
  readonly place: number;
  readonly value: Value;
}

function inOrder(
  kept: readonly Placed[],
  returned: readonly Placed[],
  order: 'as-now' | 'as-before',
): Value[] {
  const all = [...kept, ...returned];
  const sorted = order === 'as-now' ? all : all.toSorted((a, b) => a.place - b.place);
  return sorted.map(({ value }) => value);
}
