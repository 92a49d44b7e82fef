// What the gateway does to values (C v0 §4): composes the rules of the catalog. Knows no key by name.
//
// The rules of `x-normalise`, applied in the order given; members before their entry, entries before their list.
// A rule alone acts at load (column L) and at write (column W); `load:RULE` and `write:RULE` act in one of them.
// `read:RULE` changes nothing that is held: the running gateway reads the value so.
//
//   strings   trim · lower · prefix · fingerprint-profile · strategy · default:TEXT (blank becomes TEXT) · home-path
//             go-duration · image-mode · hash (a plaintext secret becomes a hash, at load)
//   integers  below:N:M (less than N becomes M) · above:N:M (more than N becomes M)
//   any       force:JSON (becomes that value)
//   maps      headers (trim names and values, drop blank pairs) · keys:trim · keys:lower (blank names are dropped)
//             drop-empty (names with an empty value are dropped)
//   lists     trim · lower (every text of the list) · drop-blank · dedupe (first of equal texts stays)
//             drop-if-blank:a,b (an entry where a or b is blank, missing or empty) · drop-if-blank:a+b (where both are)
//             drop-if-equal:a,b (where a and b are the same but for case) · drop-if-below:a:N
//             dedupe:a,b,c (first entry with the same a, b, c stays) · dedupe-fold:a (without regard to case)
//             raw-json (an entry whose `params` are empty or hold a text that is not JSON)
import { memo } from '../../lib/memo.ts';
import { isList, isTree, type Tree, type Value } from '../../lib/value.ts';
import { ruleOf } from '../catalog/effects.ts';
import type { Column, Field } from '../catalog/field.ts';
import type { LoadOptions } from './model.ts';
import { type Drop, type Report, type Rule, RULES } from './rules.ts';

/** Something that the gateway would silently drop, so that validate can report it. */
export interface Dropped extends Drop {
  /** Steps from the given value; indexes of lists as given. */
  readonly place: readonly (string | number)[];
}

export interface Normalised {
  /** Undefined: nothing remains. */
  readonly value: Value | undefined;
  readonly dropped: readonly Dropped[];
}

export interface NormaliseOptions extends LoadOptions {
  /** Default: `load`. */
  readonly column?: Column;
}

/** The gateway's version of a value at this field, including everything below. Never adds defaults. */
export function normaliseAt(field: Field, value: Value, options: NormaliseOptions = {}): Normalised {
  const pass = new Pass(options);
  return { value: pass.value(field, value), dropped: pass.dropped };
}

/**
 * Entries in which nothing changes at this field, by column: the next version of a long list shares them. Not `lib/memo`:
 * only the answer "unchanged" is kept, because what is dropped has to be found again.
 */
const unchanged = {
  load: new WeakMap<Tree, Field>(),
  write: new WeakMap<Tree, Field>(),
  read: new WeakMap<Tree, Field>(),
};

/** One walk over a value. */
class Pass {
  readonly dropped: Dropped[] = [];
  readonly #options: NormaliseOptions;
  readonly #column: Column;
  readonly #place: (string | number)[] = [];

  constructor(options: NormaliseOptions) {
    this.#options = options;
    this.#column = options.column ?? 'load';
  }

  value(field: Field, given: Value): Value | undefined {
    const rules = rulesOf(field)[this.#column];
    let value: Value | undefined = given;
    if (isList(given) && field.item && affects(field.item, this.#column))
      value = this.#items(field.item, given);
    else if (isTree(given) && field.kind !== 'any') value = this.#members(field, given);
    if (rules.length === 0) return value;
    const left = this.#apply(rules, value);
    return field.inherits ? (left ?? emptyOf(given)) : left;
  }

  /** The same list if no item changes, so that the entry around it is the same too. */
  #items(item: Field, given: readonly Value[]): Value {
    const clean = unchanged[this.#column];
    let isSame = true;
    const items = given.map((each, index) => {
      if (isTree(each) && clean.get(each) === item) return each;
      const before = this.dropped.length;
      const value = this.#below(index, item, each) ?? null;
      if (value !== each) isSame = false;
      else if (isTree(each) && this.dropped.length === before) clean.set(each, item);
      return value;
    });
    return isSame ? given : items;
  }

  /** The same tree if no member changes. */
  #members(field: Field, given: Tree): Tree {
    let changed: Record<string, Value> | undefined;
    for (const name of Object.keys(given)) {
      const inner = field.kind === 'map' ? field.value : field.fields?.get(name);
      if (!inner || !affects(inner, this.#column)) continue;
      const member = given[name] as Value; // of one of its own keys
      const value = this.#below(name, inner, member);
      if (value === member) continue;
      changed ??= { ...given };
      if (value === undefined) delete changed[name];
      else changed[name] = value;
    }
    return changed ?? given;
  }

  #apply(rules: readonly BoundRule[], given: Value | undefined): Value | undefined {
    // Rules of a list see the result of earlier rules; `origin` maps an index back to the given value.
    let origin: number[] | undefined;
    let value = given;
    for (const { rule, argument } of rules) {
      if (value === undefined) return undefined;
      const gone: (string | number)[] = [];
      const report: Report = (drop, at) => {
        const index = typeof at === 'number' ? (origin?.[at] ?? at) : at;
        if (at !== undefined) gone.push(at);
        this.dropped.push({
          ...drop,
          place: index === undefined ? [...this.#place] : [...this.#place, index],
        });
      };
      const size = isList(value) ? value.length : 0;
      value = rule(value, argument, report, this.#options);
      if (size > 0 && gone.length > 0)
        origin = (origin ?? Array.from({ length: size }, (_, i) => i)).filter((_, i) => !gone.includes(i));
    }
    return value;
  }

  #below(step: string | number, field: Field, given: Value): Value | undefined {
    this.#place.push(step);
    const value = this.value(field, given);
    this.#place.pop();
    return value;
  }
}

/** An empty value still overrides what would be inherited (C v8 §2). */
function emptyOf(given: Value): Value {
  if (isTree(given)) return {};
  return isList(given) ? [] : given;
}

interface BoundRule {
  readonly rule: Rule;
  readonly argument: string;
}

type Columns = Readonly<Record<Column, readonly BoundRule[]>>;

const rulesOf = memo((field: Field): Columns => ({
  load: bindAll(field, 'load'),
  write: bindAll(field, 'write'),
  read: bindAll(field, 'read'),
}));

/** A rule without a column applies at load and at write. */
function bindAll(field: Field, column: Column): BoundRule[] {
  return field.normalise.flatMap((text) => {
    const { name, argument, column: own } = ruleOf(text);
    if (own === undefined ? column === 'read' : own !== column) return [];
    const rule = RULES.get(name);
    if (!rule) throw new Error(`the catalog asks for an unknown rule at ${field.pattern}: ${text}`);
    return [{ rule, argument }];
  });
}

/** Whether any rule of the column applies at the field or below it. */
const affects = (field: Field, column: Column): boolean => affected[column](field);

const affected: Readonly<Record<Column, (field: Field) => boolean>> = {
  load: memo((field) => affectsIn('load', field)),
  write: memo((field) => affectsIn('write', field)),
  read: memo((field) => affectsIn('read', field)),
};

function affectsIn(column: Column, field: Field): boolean {
  if (rulesOf(field)[column].length > 0) return true;
  if (field.kind === 'any') return false;
  const below = [...(field.fields?.values() ?? []), field.value, field.item];
  return below.some((inner) => inner !== undefined && affects(inner, column));
}
