// Which targets a command works on.
import { fail } from '../domain/problem/problem.ts';

/** Those of `--target`, otherwise all. Throws HF1003 for an unknown name. */
export function selectedTargets<T extends { readonly name: string }>(
  targets: readonly T[],
  names: readonly string[] | undefined,
): readonly T[] {
  if (names === undefined) return targets;
  return names.map((name) => {
    const found = targets.find((target) => target.name === name);
    if (!found)
      throw fail(
        'HF1003',
        `there is no target "${name}". The settings define ${targets.map((target) => target.name).join(', ')}`,
      );
    return found;
  });
}
