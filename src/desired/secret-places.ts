// Where secrets stand in a declared tree, and every text the redaction net must know. Pure.
import type { Catalog } from '../gateway/catalog/field.ts';
import { mapSecrets } from '../gateway/catalog/secrets.ts';
import { escapeToken } from '../nouns/path.ts';
import { isList, isTree, type Tree, type Value } from '../nouns/value.ts';

export interface SecretText {
  readonly text: string;
  /** Into the tree, lists by index. */
  readonly pointer: string;
  readonly steps: readonly string[];
}

/** Secrets in the order of the tree, parts of texts (a password in a URL) included. */
export function secretsOf(tree: Tree, catalog: Catalog): readonly SecretText[] {
  const found: SecretText[] = [];
  const keep = (text: string, place: readonly (string | number)[]): string => {
    const steps = place.map(String);
    found.push({ text, steps, pointer: steps.map((step) => `/${escapeToken(step)}`).join('') });
    return text;
  };
  mapSecrets(catalog.root, tree, { whole: keep, part: keep });
  return found;
}

/** Shorter texts would blot out half a page; the places they stand at hide them all the same. */
const SHORTEST = 4;

/** Secrets, and what references brought to places that the catalog knows nothing of. */
export function secretTexts(
  tree: Tree,
  references: ReadonlyMap<string, string>,
  brought: ReadonlyMap<string, readonly string[]>,
  catalog: Catalog,
): ReadonlySet<string> {
  const texts = secretsOf(tree, catalog).flatMap(({ text, pointer }) => [
    text,
    ...(brought.get(pointer) ?? []),
  ]);
  for (const pointer of references.keys()) {
    const steps = pointer.slice(1).split('/').map(unescapeToken);
    const kind = catalog.at(steps)?.kind;
    const value = valueAt(tree, steps);
    if (typeof value === 'string' && (kind === undefined || kind === 'any')) texts.push(value);
  }
  return new Set(texts.filter((text) => text.length >= SHORTEST));
}

function unescapeToken(token: string): string {
  return token.replaceAll('~1', '/').replaceAll('~0', '~');
}

function valueAt(tree: Tree, steps: readonly string[]): Value | undefined {
  return steps.reduce<Value | undefined>((value, step) => {
    if (isList(value)) return value[Number(step)];
    return isTree(value) ? value[step] : undefined;
  }, tree);
}
