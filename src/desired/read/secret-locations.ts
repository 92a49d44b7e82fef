// The paths of secrets in a declared tree, and every text that must be redacted by value. Pure.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { mapSecrets } from '../../gateway/catalog/secrets.ts';
import { pointerTo, stepsOfPointer } from '../../domain/path.ts';
import { memoBy } from '../../lib/memo.ts';
import { type Tree, valueAt } from '../../lib/value.ts';

export interface SecretText {
  readonly text: string;
  /** Into the tree, lists by index. */
  readonly pointer: string;
  readonly steps: readonly string[];
}

/** Secrets in the order of the tree, including secret parts of texts (a password in a URL). Cached per tree. */
export const secretsOf: (tree: Tree, catalog: Catalog) => readonly SecretText[] = memoBy(lookForSecrets);

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

/** Shorter texts would hide half of a page; their paths hide them anyway. */
export const SHORTEST = 4;

/** Values of references, by the pointer of the text that contains them. */
export interface Brought {
  /** Pointers whose value came from a reference, with the reference's text. */
  readonly references: ReadonlyMap<string, string>;
  /** Of texts that consist of more than one reference: the value of each. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** Texts of references whose values can be shown. */
  readonly publicReferences: ReadonlySet<string>;
}

/** Every text that must be redacted by value: secrets by their path, and all values of references. */
export function secretTexts(tree: Tree, brought: Brought, catalog: Catalog): ReadonlySet<string> {
  const { references, parts, publicReferences } = brought;
  // The text of an unresolved reference is its value, and isn't a secret.
  const secrets = secretsOf(tree, catalog).filter(({ text, pointer }) => references.get(pointer) !== text);
  const texts = secrets.map(({ text }) => text);
  for (const [pointer, reference] of references) {
    if (publicReferences.has(reference)) continue;
    const value = valueAt(tree, stepsOfPointer(pointer));
    if ((typeof value === 'string' || typeof value === 'number') && value !== reference)
      texts.push(String(value));
    texts.push(...(parts.get(pointer) ?? []));
  }
  return new Set(texts.filter((text) => text.length >= SHORTEST));
}
