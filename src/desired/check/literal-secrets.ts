// Plaintext secrets in the files: what the guard `literal-secret` refuses, in validate and in plan. Pure.
import type { Catalog } from '../../gateway/catalog/field.ts';
import { type Desired, positionAt } from '../../domain/desired.ts';
import { coversPath, formatPath, type Path } from '../../domain/path.ts';
import { type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import type { Allowance } from '../../domain/target.ts';
import type { Tree } from '../../lib/value.ts';
import { atReferences, displayPath } from '../read/locations.ts';
import { secretsOf } from '../read/secret-locations.ts';

export interface LiteralSecret {
  /** Into the declared tree, lists by index. */
  readonly pointer: string;
  /** As path text; entries by name or position (`gemini-api-key[0].api-key`), so that it shows no secret. */
  readonly path: Path;
  readonly position: Position | undefined;
}

/** Declared secrets that don't come from a reference, in the order of the tree. */
export function literalSecrets(
  desired: Pick<Desired, 'tree' | 'positions' | 'references'>,
  catalog: Catalog,
): readonly LiteralSecret[] {
  const declared = desired.tree.open();
  const whole = [...new Set(desired.references.values())].every((text) => marked(text) === MARK);
  const tree = whole ? declared : (atReferences(declared, desired.references, marked) as Tree);
  return secretsOf(tree, catalog)
    .filter(({ text }) => text.trim() !== '') // nothing to hide
    .filter(({ text, pointer }) => !text.includes(MARK) && !(whole && desired.references.has(pointer)))
    .map(({ pointer, steps }) => ({
      pointer,
      path: displayPath(tree, steps, desired.references),
      position: positionAt(desired, pointer),
    }));
}

/** Replaces the value of a reference; no configuration contains it. */
const MARK = '\u{E001}';

/** `http://user:geheim@${env:HOST}` still has its password in plain text. */
function marked(reference: string): string {
  return reference.includes('${') ? reference.replaceAll(/\$\{[^}]*\}/g, MARK) : MARK;
}

/** What `validate` reports: those that no allowance covers. */
export function literalSecretProblems(
  desired: Pick<Desired, 'tree' | 'positions' | 'references' | 'target'>,
  catalog: Catalog,
  allow: readonly Allowance[],
): readonly Problem[] {
  const allowed = allow.filter(({ guard }) => guard === 'literal-secret');
  return literalSecrets(desired, catalog)
    .filter(({ path }) => !allowed.some((one) => !one.path || coversPath(one.path, path)))
    .map(({ path, position }) => {
      const shown = formatPath(path);
      return problem('HF2060', `\`${shown}\` is a secret in plain text`, {
        position,
        path: shown,
        target: desired.target,
      });
    });
}
