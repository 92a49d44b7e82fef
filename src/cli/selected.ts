// Which targets a command treats.
import { fail } from '../nouns/problem.ts';
import type { Target } from '../nouns/target.ts';

/** Those of `--target`, else all. Throws HF1003 for a name that is none. */
export function selected(
  targets: readonly Target[],
  names: readonly string[] | undefined,
): readonly Target[] {
  if (names === undefined) return targets;
  return names.map((name) => {
    const found = targets.find((target) => target.name === name);
    if (!found)
      throw fail(
        'HF1003',
        `there is no target "${name}"; there are ${targets.map((target) => target.name).join(', ')}`,
      );
    return found;
  });
}
