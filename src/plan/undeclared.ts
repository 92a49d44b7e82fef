// What the gateway has and no file declares, without what it fills in by itself, settings of its machine, and what policy
// ignores. Pure.
import type { Catalog, Field } from '../gateway/catalog/field.ts';
import { OF_THE_MACHINE } from '../gateway/layout/machine.ts';
import { pathsIn } from '../gateway/layout/locate.ts';
import { canonical } from '../gateway/model/equal.ts';
import { normaliseAt } from '../gateway/model/normalise.ts';
import { coversPath, formatPath, key, parsePath, type Path } from '../domain/path.ts';
import type { Undeclared } from '../domain/plan/undeclared.ts';
import type { Fingerprints } from '../domain/secret.ts';
import type { Ownership, Policy } from '../domain/target.ts';
import { isList, isTree, listOf, type Tree, treeOf, type Value } from '../lib/value.ts';
import { hasIdentity, pair } from './diff/identity.ts';
import { labelOf, type Location } from './diff/location.ts';
import { foldedName } from './diff/unknown-key.ts';

export interface UndeclaredInput {
  readonly catalog: Catalog;
  readonly live: Tree;
  readonly declared: Tree;
  /** In the words of the catalog. */
  readonly policy: Pick<Policy, 'ignore' | 'ownership'>;
  readonly fingerprints: Fingerprints;
}

/** Names of one section that are listed. */
const MOST_NAMES = 10;

/** In the order of the catalog. */
export function undeclaredIn(input: UndeclaredInput): readonly Undeclared[] {
  const walk = new Walk(input);
  walk.struct(input.catalog.root, input.live, input.declared, [], undefined);
  return walk.found;
}

class Walk {
  readonly found: Undeclared[] = [];
  readonly #input: UndeclaredInput;
  readonly #passed: readonly Path[];

  constructor(input: UndeclaredInput) {
    this.#input = input;
    const { layout } = input.catalog;
    const machine = OF_THE_MACHINE.flatMap(([path]) => pathsIn(layout, parsePath(path), 'legacy'));
    this.#passed = [...machine, ...input.policy.ignore];
  }

  struct(field: Field, live: Tree, declared: Tree, path: Path, up: Location | undefined): void {
    for (const [name, child] of field.fields ?? []) {
      const value = live[name];
      const at = [...path, key(name)];
      const isPassed = child.readOnly === true || this.#passed.some((pattern) => coversPath(pattern, at));
      if (value === undefined || isPassed || canonical(child, value) === undefined) continue;
      this.#member(child, value, declared[name], at, { up, key: name });
    }
  }

  #member(field: Field, live: Value, declared: Value | undefined, path: Path, at: Location): void {
    if (field.kind === 'struct') return this.struct(field, treeOf(live), treeOf(declared), path, at);
    if (field.kind === 'map' && isTree(live)) return this.#map(field, live, declared, path);
    if (field.kind === 'list' && isList(live)) return this.#list(field, live, declared, path, at);
    if (declared === undefined) this.#note(path, 1, []);
  }

  /** `{}` says that there is nothing else. */
  #map(field: Field, live: Tree, declared: Value | undefined, path: Path): void {
    const known = new Set(Object.keys(treeOf(declared)).map((name) => foldedName(field, name)));
    const names = Object.keys(live).filter((name) => !known.has(name));
    if (isTree(declared) && known.size === 0) return;
    this.#note(path, names.length, names);
  }

  #list(field: Field, live: readonly Value[], declared: Value | undefined, path: Path, at: Location): void {
    if (declared !== undefined && this.#ownershipOf(path) === 'whole') return;
    if (declared !== undefined && !hasIdentity(field)) return;
    const others =
      declared === undefined
        ? live.map((_, index) => index)
        : pair(field, live, listOf(normaliseAt(field, declared).value)).left;
    const names = others
      .slice(0, MOST_NAMES)
      .map((index) =>
        labelOf(
          { up: at, list: field, value: live[index] as Value, index, among: [live] },
          this.#input.fingerprints,
        ),
      );
    this.#note(path, others.length, names);
  }

  #ownershipOf(path: Path): Ownership {
    const own = this.#input.policy.ownership.findLast(
      (one) => one.path.length === path.length && coversPath(one.path, path),
    );
    return own?.ownership ?? 'whole';
  }

  #note(path: Path, count: number, names: readonly string[]): void {
    if (count > 0) this.found.push({ path: formatPath(path), count, names: names.slice(0, MOST_NAMES) });
  }
}
