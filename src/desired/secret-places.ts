// Where secrets stand in a declared tree, and every text the redaction net must know. Pure.
import type { Catalog } from '../gateway/catalog/field.ts';
import { mapSecrets } from '../gateway/catalog/secrets.ts';
import { pointerTo, stepsOfPointer } from '../nouns/path.ts';
import { isList, isTree, type Tree, type Value } from '../nouns/value.ts';

export interface SecretText {
  readonly text: string;
  /** Into the tree, lists by index. */
  readonly pointer: string;
  readonly steps: readonly string[];
}

const found = new WeakMap<Tree, { readonly catalog: Catalog; readonly secrets: readonly SecretText[] }>();

/** Secrets in the order of the tree, parts of texts (a password in a URL) included. Looked for once in a tree. */
export function secretsOf(tree: Tree, catalog: Catalog): readonly SecretText[] {
  const known = found.get(tree);
  if (known?.catalog === catalog) return known.secrets;
  const secrets = lookForSecrets(tree, catalog);
  found.set(tree, { catalog, secrets });
  return secrets;
}

function lookForSecrets(tree: Tree, catalog: Catalog): readonly SecretText[] {
  const found: SecretText[] = [];
  const keep = (text: string, place: readonly (string | number)[]): string => {
    const steps = place.map(String);
    found.push({ text, steps, pointer: pointerTo(steps) });
    return text;
  };
  mapSecrets(catalog.root, tree, { whole: keep, part: keep });
  return found;
}

/** Shorter texts would blot out half a page; the places they stand at hide them all the same. */
const SHORTEST = 4;

/** Secrets, and what references brought to places of which the catalog cannot say that it is none. */
export function secretTexts(
  tree: Tree,
  references: ReadonlyMap<string, string>,
  brought: ReadonlyMap<string, readonly string[]>,
  catalog: Catalog,
): ReadonlySet<string> {
  // A reference that could not be resolved stands for itself and is no secret.
  const secrets = secretsOf(tree, catalog).filter(({ text, pointer }) => references.get(pointer) !== text);
  const texts = secrets.map(({ text }) => text);
  const pointers = new Set(secrets.map(({ pointer }) => pointer));
  for (const pointer of references.keys()) {
    const steps = stepsOfPointer(pointer);
    const known = pointers.has(pointer);
    if (!known && !isOpen(steps, catalog)) continue;
    const value = known ? undefined : valueAt(tree, steps);
    if (typeof value === 'string') texts.push(value);
    texts.push(...(brought.get(pointer) ?? []));
  }
  return new Set(texts.filter((text) => text.length >= SHORTEST));
}

/** A free-form place, or a value under a name that people make up: a header, a parameter, a plugin's setting. */
export function isOpen(steps: readonly string[], catalog: Catalog): boolean {
  const field = catalog.at(steps);
  return !field || field.kind === 'any' || field.parent?.partlySecret === 'by-name';
}

function valueAt(tree: Tree, steps: readonly string[]): Value | undefined {
  return steps.reduce<Value | undefined>((value, step) => {
    if (isList(value)) return value[Number(step)];
    return isTree(value) ? value[step] : undefined;
  }, tree);
}
