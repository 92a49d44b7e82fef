// Where secrets stand in a declared tree, and every text the redaction net must know. Pure.
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

/** Secrets in the order of the tree, parts of texts (a password in a URL) included. Looked for once in a tree. */
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

/** Shorter texts would blot out half a page; the places they stand at hide them all the same. */
export const SHORTEST = 4;

/** What references brought, by the pointer of the text they stand in. */
export interface Brought {
  /** Pointers whose value came from a reference, with the reference's text. */
  readonly references: ReadonlyMap<string, string>;
  /** Of texts that are more than one reference: what each of them brought. */
  readonly parts: ReadonlyMap<string, readonly string[]>;
  /** Texts of references whose values may be shown. */
  readonly publicReferences: ReadonlySet<string>;
}

/** Every text that the redaction net must know: secrets by their place, and whatever a reference brought. */
export function secretTexts(tree: Tree, brought: Brought, catalog: Catalog): ReadonlySet<string> {
  const { references, parts, publicReferences } = brought;
  // A reference that could not be resolved stands for itself and is no secret.
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
