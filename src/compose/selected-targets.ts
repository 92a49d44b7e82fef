// Which targets a command works on.
import { targetNamed } from '../domain/target-names.ts';

/** Those of `--target`, otherwise all. Throws HF1003 for an unknown name. */
export function selectedTargets<T extends { readonly name: string }>(
  targets: readonly T[],
  names: readonly string[] | undefined,
): readonly T[] {
  return names === undefined ? targets : names.map((name) => targetNamed(targets, name));
}
