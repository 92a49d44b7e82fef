// The image that the gateway should have: the declared tree laid over the live image. Owns ownership, ignore and
// prune (design §5); knows nothing of origins, modes and routes. Equal parts keep the live value itself, so that a
// comparison of the two images can stop where they share a value.
import type { Catalog, Field } from '../../gateway/catalog/field.ts';
import { factsOf } from '../../gateway/layout/layouts.ts';
import { canonical, sameAt } from '../../gateway/model/equal.ts';
import { normaliseAt } from '../../gateway/model/normalise.ts';
import { formatPath, type Path } from '../../domain/path.ts';
import type { Fingerprints } from '../../domain/secret.ts';
import type { Ownership, Policy } from '../../domain/target.ts';
import {
  holdsInexact,
  isList,
  isTree,
  listOf,
  sameItems,
  namesOfBoth,
  sameValue,
  type Tree,
  treeOf,
  type Value,
} from '../../lib/value.ts';
import { findRenames, hasIdentity, pair } from './identity.ts';
import { isOrdered } from './order.ts';
import { descend, canMatch, matchHere, policyMatcher, type PolicyMatcher } from './policy-matcher.ts';
import { namesInPatterns, pathOf, statePathOf, type Location } from './location.ts';
import { foldedName, unknownField } from './unknown-key.ts';

/**
 * How a proposed list was derived: for each of its entries, the partner in the live list and the position in the
 * files.
 */
export interface ListTrace {
  readonly live: readonly (number | undefined)[];
  readonly declared: readonly (number | undefined)[];
}

export interface Proposed {
  readonly image: Tree;
  readonly traces: WeakMap<readonly Value[], ListTrace>;
  /** Paths that differ and that the policy ignores. */
  readonly ignored: readonly string[];
}

export interface ProposedInput {
  readonly catalog: Catalog;
  readonly live: Tree;
  readonly declared: Tree;
  readonly policy: Pick<Policy, 'ignore' | 'ownership'>;
  /** Paths (keys only) to remove although nothing declares them. */
  readonly prune: readonly Path[];
  /** Whether Holdfast added an entry; by its state path. */
  readonly placed: (statePath: string) => boolean;
  readonly fingerprints: Fingerprints;
  readonly hash: (text: string) => string;
}

export function proposedImage(input: ProposedInput): Proposed {
  const walk = new Overlay(input);
  const image = walk.lay(input.declared);
  return {
    image: input.prune.reduce((tree, path) => removeAt(input.catalog, input.catalog.root, tree, path), image),
    traces: walk.traces,
    ignored: walk.ignored,
  };
}

/** What is known of a path on the way down. */
interface Place {
  readonly location: Location | undefined;
  readonly ignore: PolicyMatcher<true>;
  readonly ownership: PolicyMatcher<Ownership>;
}

/** `all`: remove what isn't declared. `declared`: consider only what is declared. */
type Extent = 'all' | 'declared';

/** One walk over the declared tree. */
class Overlay {
  readonly traces = new WeakMap<readonly Value[], ListTrace>();
  readonly ignored: string[] = [];
  readonly #input: ProposedInput;

  constructor(input: ProposedInput) {
    this.#input = input;
  }

  lay(declared: Tree): Tree {
    const { catalog, live, policy } = this.#input;
    const place: Place = {
      location: undefined,
      ignore: policyMatcher(policy.ignore.map((path) => ({ path, meaning: true }))),
      ownership: policyMatcher(policy.ownership.map(({ path, ownership }) => ({ path, meaning: ownership }))),
    };
    return this.#section(catalog.root, live, declared, place);
  }

  /** Outside lists: a declared key is owned, the others aren't touched. */
  #section(field: Field, live: Tree, declared: Tree, at: Place): Tree {
    return this.#members(field, live, declared, at, (child, now, value, place) =>
      this.#declaredValue(child, now, value as Value, place),
    );
  }

  #declaredValue(field: Field, live: Value | undefined, declared: Value, at: Place): Value | undefined {
    if (field.kind === 'struct' && isTree(declared)) return this.#section(field, treeOf(live), declared, at);
    if (field.kind === 'any' && isTree(declared) && Object.keys(declared).length > 0)
      return this.#section(field, treeOf(live), declared, at);
    const normal = normaliseAt(field, declared);
    if (field.kind === 'map')
      return this.#namedThings(field, treeOf(live), treeOf(normal.value), at, declared);
    if (field.kind === 'list') {
      const kept = indexesKept(declared, normal.dropped);
      return this.#list(field, live, listOf(normal.value), at, kept);
    }
    return sameAt(field, live, normal.value) ? live : normal.value;
  }

  /**
   * A map of named things is owned key by key. `{}` means that it must be empty, an empty list that its key is
   * removed.
   */
  #namedThings(field: Field, live: Tree, normal: Tree, at: Place, declared: Value): Tree {
    const names = Object.keys(treeOf(declared));
    const named = Object.fromEntries(names.map((name) => [foldedName(field, name), undefined]));
    const spelled = { ...named, ...normal } as Tree; // undefined: declared, and nothing remains of it
    return this.#members(
      field,
      live,
      spelled,
      at,
      (child, now, value, place) => {
        if (value === undefined) return undefined;
        // The settings of a plugin are owned one by one.
        if (child.kind === 'any' && isTree(value)) return this.#declaredValue(child, now, value, place);
        return this.#whole(child, now, value, place, indexesKept(value, []));
      },
      names.length === 0 ? 'all' : 'declared',
    );
  }

  /** Inside lists: exactly the declared members. */
  #whole(
    field: Field,
    live: Value | undefined,
    declared: Value | undefined,
    at: Place,
    kept?: readonly number[],
  ): Value | undefined {
    if (
      field.kind === 'list' &&
      (isList(declared) || (declared === undefined && canMatch(at.ignore) && isList(live)))
    )
      return this.#list(field, live, listOf(declared), at, kept ?? listOf(declared).map((_, index) => index));
    if (!canMatch(at.ignore) && sameValue(live, declared)) return live;
    const mapping = field.kind === 'struct' || field.kind === 'map';
    if (mapping && (isTree(declared) || (declared === undefined && canMatch(at.ignore) && isTree(live))))
      return this.#wholeMapping(field, live, declared, at);
    return sameAt(field, live, declared) ? live : declared;
  }

  #wholeMapping(
    field: Field,
    live: Value | undefined,
    declared: Value | undefined,
    at: Place,
  ): Value | undefined {
    if (live === undefined || !isTree(live)) return sameAt(field, live, declared) ? live : declared;
    const made = this.#members(
      field,
      live,
      treeOf(declared),
      at,
      // What no file can express is never removed.
      (child, now, value, place) =>
        value === undefined && holdsInexact(now) ? now : this.#whole(child, now, value, place),
      'all',
    );
    return sameAt(field, this.#known(field, live), made) ? live : made;
  }

  /** What the gateway ignores stays as long as nothing next to it changes. */
  #known(field: Field, live: Tree): Tree {
    const names = Object.keys(live).filter((name) => !this.#input.catalog.child(field, name));
    return names.length === 0
      ? live
      : Object.fromEntries(Object.entries(live).filter(([name]) => !names.includes(name)));
  }

  #members(
    field: Field,
    live: Tree,
    declared: Tree,
    at: Place,
    valueOf: (
      child: Field,
      now: Value | undefined,
      value: Value | undefined,
      place: Place,
    ) => Value | undefined,
    extent: Extent = 'declared',
  ): Tree {
    const made: Record<string, Value> = { ...live };
    let changed = false;
    const names = extent === 'all' ? namesOfBoth(live, declared) : Object.keys(declared);
    for (const name of names) {
      const child = this.#input.catalog.child(field, name) ?? unknownField(field, name);
      const place = step(at, { up: at.location, key: name }, [name]);
      const now = live[name];
      if (matchHere(place.ignore)) {
        this.#noteIgnored(child, now, declared[name], place);
        continue;
      }
      const value = valueOf(child, now, declared[name], place);
      if (value === now) continue;
      changed = true;
      if (value === undefined) delete made[name];
      else made[name] = value;
    }
    return changed ? made : live;
  }

  #list(
    field: Field,
    live: Value | undefined,
    declared: readonly Value[],
    at: Place,
    kept: readonly number[],
  ): Value | undefined {
    const now = listOf(live);
    // A v8 file contains values as they were written, including entries that the gateway drops; memory never has
    // them.
    if (factsOf(this.#input.catalog.layout).keepsWritten && sameAt(field, live, declared)) return live;
    const ownership = hasIdentity(field) ? (matchHere(at.ownership) ?? 'whole') : 'whole';
    const pairing = pair(field, now, declared);
    const staying = pairing.left.filter((index) => this.#stays(field, now, index, ownership, at));
    const stays = new Set(staying);
    const gone = pairing.left.filter((index) => !stays.has(index));
    const come = declared.flatMap((_, index) => (pairing.partner[index] === undefined ? [index] : []));
    const renames = findRenames(field, now, declared, gone, come);
    const partner = pairing.partner.map((old, index) => old ?? renames.get(index));
    const entries = declared.map((value, index) =>
      this.#entry(
        field,
        now,
        value,
        partner[index],
        this.#entryPlace(field, value, index, [now, declared], at),
        ownership,
      ),
    );
    const order = isOrdered(field) ? 'declared' : 'live';
    const arranged = arrange(entries, partner, staying, now, order);
    return this.#finishList(field, live, arranged, kept);
  }

  #entry(
    list: Field,
    now: readonly Value[],
    declared: Value,
    partner: number | undefined,
    place: Place,
    ownership: Ownership,
  ): Value {
    const field = list.item ?? unknownField(list, '[]');
    const live = partner === undefined ? undefined : now[partner];
    if (matchHere(place.ignore) && live !== undefined) {
      this.#noteIgnored(field, live, declared, place);
      return live;
    }
    if (live === undefined) return declared;
    if (ownership !== 'members' || !isTree(declared) || !isTree(live))
      return this.#whole(field, live, declared, place) ?? declared;
    return this.#members(field, live, declared, place, (child, old, value, inner) =>
      this.#whole(child, old, value, inner),
    );
  }

  /** Whether a live entry that nothing declares stays. */
  #stays(list: Field, now: readonly Value[], index: number, ownership: Ownership, at: Place): boolean {
    const place = this.#entryPlace(list, now[index] as Value, index, [now], at);
    if (matchHere(place.ignore)) {
      this.#noteIgnored(list.item ?? list, now[index], undefined, place);
      return true;
    }
    if (ownership === 'whole') return false;
    return !this.#input.placed(formatPath(statePathOf(place.location, this.#input.hash)));
  }

  #entryPlace(
    list: Field,
    value: Value,
    index: number,
    among: readonly (readonly Value[])[],
    at: Place,
  ): Place {
    const location: Location = { up: at.location, list, value, index, among };
    if (!canMatch(at.ignore)) return { location, ignore: at.ignore, ownership: at.ownership };
    return step(at, location, [...namesInPatterns(list, value, this.#input.fingerprints), String(index)]);
  }

  #finishList(
    field: Field,
    live: Value | undefined,
    arranged: Arranged,
    kept: readonly number[],
  ): Value | undefined {
    const now = listOf(live);
    if (arranged.entries.length === 0 && now.length === 0)
      return sameAt(field, live, arranged.entries) ? live : arranged.entries;
    if (sameItems(arranged.entries, now)) return live;
    if (!hasIdentity(field) && sameAt(field, live, arranged.entries)) return live;
    this.traces.set(arranged.entries, {
      live: arranged.live,
      declared: arranged.declared.map((index) => (index === undefined ? undefined : kept[index])),
    });
    return arranged.entries;
  }

  #noteIgnored(field: Field, live: Value | undefined, declared: Value | undefined, place: Place): void {
    if (!sameAt(field, live, declared))
      this.ignored.push(formatPath(pathOf(place.location, this.#input.fingerprints)));
  }
}

interface Arranged {
  readonly entries: readonly Value[];
  readonly live: readonly (number | undefined)[];
  readonly declared: readonly (number | undefined)[];
}

/** If the order doesn't matter, the live order stays and new entries come last; otherwise the files' order. */
function arrange(
  entries: readonly Value[],
  partner: readonly (number | undefined)[],
  staying: readonly number[],
  now: readonly Value[],
  order: 'declared' | 'live',
): Arranged {
  const rows = [
    ...entries.map((value, declared) => ({ value, live: partner[declared], declared })),
    ...staying.map((live) => ({ value: now[live] as Value, live, declared: undefined })),
  ];
  if (order === 'live') rows.sort((a, b) => (a.live ?? Infinity) - (b.live ?? Infinity) || 0);
  return {
    entries: rows.map((row) => row.value),
    live: rows.map((row) => row.live),
    declared: rows.map((row) => row.declared),
  };
}

function step(at: Place, location: Location, names: readonly string[]): Place {
  return { location, ignore: descend(at.ignore, names), ownership: descend(at.ownership, names) };
}

/** Declared indexes that remain after normalising. */
function indexesKept(
  declared: Value,
  dropped: readonly { readonly place: readonly (string | number)[] }[],
): number[] {
  const gone = new Set(dropped.filter(({ place }) => place.length === 1).map(({ place }) => place[0]));
  return listOf(declared).flatMap((_, index) => (gone.has(index) ? [] : [index]));
}

/** Free-form settings that become empty are removed too: for the gateway, `{}` would be a configured plugin. */
function removeAt(catalog: Catalog, field: Field | undefined, tree: Tree, path: Path): Tree {
  const [first, ...rest] = path;
  const name = first?.name;
  if (typeof name !== 'string' || !Object.hasOwn(tree, name)) return tree;
  const { [name]: value, ...others } = tree;
  if (rest.length === 0) return others;
  if (!isTree(value)) return tree;
  const child = field && catalog.child(field, name);
  const left = removeAt(catalog, child, value, rest);
  const isUsedUp = child?.kind === 'any' && left !== value && saysNothing(child, left);
  return isUsedUp ? others : { ...tree, [name]: left };
}

/** Memory shows the known settings of a plugin as if someone had written them. */
function saysNothing(field: Field, settings: Tree): boolean {
  return Object.keys(treeOf(canonical(field, settings))).length === 0;
}
