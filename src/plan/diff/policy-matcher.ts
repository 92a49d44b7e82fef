// Paths of the policy (`ignore`, `ownership`) carried down a walk, so that each step looks only at the patterns that can
// still match. Knows nothing of what they are used for.
import type { Path } from '../../domain/path.ts';

/** The patterns that agree with every step taken so far. */
export interface PolicyMatcher<T> {
  readonly open: readonly { readonly pattern: Path; readonly depth: number; readonly meaning: T }[];
}

const NOTHING: PolicyMatcher<never> = { open: [] };

export function policyMatcher<T>(
  patterns: readonly { readonly path: Path; readonly meaning: T }[],
): PolicyMatcher<T> {
  return { open: patterns.map(({ path, meaning }) => ({ pattern: path, depth: 0, meaning })) };
}

/** Whether names need to be worked out for a step at all. */
export function canMatch(scope: PolicyMatcher<unknown>): boolean {
  return scope.open.length > 0;
}

/** One step down; `names` are all the names the place goes by. */
export function descend<T>(scope: PolicyMatcher<T>, names: readonly string[]): PolicyMatcher<T> {
  if (scope.open.length === 0) return NOTHING;
  const open = scope.open.flatMap(({ pattern, depth, meaning }) => {
    const step = pattern[depth];
    const matches = step !== undefined && (step.name === null || names.includes(step.name));
    return matches ? [{ pattern, depth: depth + 1, meaning }] : [];
  });
  return open.length === 0 ? NOTHING : { open };
}

/** What the patterns that end exactly here say, the last one of the policy first. */
export function matchHere<T>(scope: PolicyMatcher<T>): T | undefined {
  return scope.open.findLast(({ pattern, depth }) => pattern.length === depth)?.meaning;
}
