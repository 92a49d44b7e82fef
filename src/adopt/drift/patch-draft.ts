// Edits one at a time, gathered into one patch of the declared tree.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { isList, isTree, listOf, type Tree, type Value } from '../../lib/value.ts';
import type { ItemStep, KeyStep, Patch } from '../../yaml/splice/patch.ts';

type Step = string | number;
type Place = readonly Step[];
type Item = { readonly from: number } | { readonly value: Value };

interface Node {
  edit?: { readonly kind: 'remove' } | { readonly kind: 'replace'; readonly value: Value };
  items?: readonly Item[];
  readonly inside: Map<Step, Node>;
}

const newNode = (): Node => ({ inside: new Map() });

export class PatchDraft {
  readonly #declared: Tree;
  readonly #catalog: Catalog;
  readonly #root = newNode();

  constructor(declared: Tree, catalog: Catalog) {
    this.#declared = declared;
    this.#catalog = catalog;
  }

  set(place: Place, value: Value): void {
    this.#at(place).edit = { kind: 'replace', value };
  }

  remove(place: Place): void {
    this.#at(place).edit = { kind: 'remove' };
  }

  /** The new items of a list, old ones by their index. */
  arrange(place: Place, items: readonly Item[]): void {
    this.#at(place).items = items;
  }

  isArranged(place: Place): boolean {
    return this.#at(place).items !== undefined;
  }

  patch(): Patch | undefined {
    const made = this.#stepOf(this.#root, this.#declared, []);
    return made && made.kind !== 'remove' && made.kind !== 'rename' ? made : undefined;
  }

  #at(place: Place): Node {
    let node = this.#root;
    for (const step of place) {
      const next = node.inside.get(step) ?? newNode();
      node.inside.set(step, next);
      node = next;
    }
    return node;
  }

  #stepOf(node: Node, declared: Value | undefined, place: Place): KeyStep | undefined {
    if (node.edit) return node.edit;
    if (isList(declared) || node.items) return this.#listStep(node, listOf(declared), place);
    return this.#mapStep(node, isTree(declared) ? declared : {}, place);
  }

  #listStep(node: Node, declared: readonly Value[], place: Place): Patch | undefined {
    const items = node.items ?? declared.map((_, from) => ({ from }));
    const steps = items.map((item): ItemStep => {
      const inside = 'from' in item ? node.inside.get(item.from) : undefined;
      if (!('from' in item) || !inside) return item;
      const patch = this.#stepOf(inside, declared[item.from], [...place, item.from]);
      return patch && isPatch(patch) ? { ...item, patch } : item;
    });
    const isSame = steps.length === declared.length && steps.every((step, i) => isUntouched(step, i));
    return isSame ? undefined : { kind: 'list', items: steps };
  }

  #mapStep(node: Node, declared: Tree, place: Place): KeyStep | undefined {
    const keys = new Map<string, KeyStep>();
    for (const [step, inner] of node.inside) {
      const name = String(step);
      const made = this.#stepOf(inner, declared[name], [...place, name]);
      if (made) keys.set(name, made);
    }
    if (keys.size === 0) return undefined;
    return this.#isSpent(declared, keys, place) ? { kind: 'remove' } : { kind: 'map', keys };
  }

  /** A section of which nothing is left goes too; an empty map of named things says that there are none. */
  #isSpent(declared: Tree, keys: ReadonlyMap<string, KeyStep>, place: Place): boolean {
    const isEmptied =
      Object.keys(declared).every((name) => keys.get(name)?.kind === 'remove') &&
      [...keys.values()].every(({ kind }) => kind === 'remove');
    if (!isEmptied || place.length === 0 || typeof place.at(-1) === 'number') return false;
    const kind = this.#catalog.at(place.map(String))?.kind;
    const isInEntry = place.some((step) => typeof step === 'number');
    return isInEntry || kind !== 'map';
  }
}

const isPatch = (step: KeyStep): step is Patch => step.kind !== 'remove' && step.kind !== 'rename';

const isUntouched = (step: ItemStep, i: number): boolean =>
  'from' in step && step.from === i && step.patch === undefined;
