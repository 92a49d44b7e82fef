// Plaintext secrets in the files: what guard `literal-secret` refuses, in validate and in plan.
import type { Catalog } from '../gateway/catalog/field.ts';
import type { Desired } from '../nouns/desired.ts';
import type { Path } from '../nouns/path.ts';
import type { Position } from '../nouns/problem.ts';

export interface LiteralSecret {
  /** Into the declared tree, lists by index. */
  readonly pointer: string;
  /** In the path grammar, entries by position (`gemini-api-key[0].api-key`), so that it shows no secret. */
  readonly path: Path;
  readonly position: Position | undefined;
}

/** Declared secrets that came from no reference, in the order of the tree. Pure. */
export function literalSecrets(desired: Desired, catalog: Catalog): readonly LiteralSecret[] {
  void desired;
  void catalog;
  return [];
}
