// Passes paths of the policy (`ignore`, `ownership`) down a walk, so that each step checks only the patterns that
// can still match. Knows nothing of their purpose.
import type { Path } from '../../domain/path.ts';

/** The patterns that match every step so far. */
export interface PolicyMatcher<T> {
  readonly open: readonly { readonly pattern: Path; readonly depth: number; readonly meaning: T }[];
}

const NOTHING: PolicyMatcher<never> = { open: [] };

export function policyMatcher<T>(
  patterns: readonly { readonly path: Path; readonly meaning: T }[],
): PolicyMatcher<T> {
  return { open: patterns.map(({ path, meaning }) => ({ pattern: path, depth: 0, meaning })) };
}

/** Whether a step needs its names at all. */
export function canMatch(scope: PolicyMatcher<unknown>): boolean {
  return scope.open.length > 0;
}

/** One step down; `names` are all names of the value. */
export function descend<T>(scope: PolicyMatcher<T>, names: readonly string[]): PolicyMatcher<T> {
  if (scope.open.length === 0) return NOTHING;
  const open = scope.open.flatMap(({ pattern, depth, meaning }) => {
    const step = pattern[depth];
    const matches = step !== undefined && (step.name === null || names.includes(step.name));
    return matches ? [{ pattern, depth: depth + 1, meaning }] : [];
  });
  return open.length === 0 ? NOTHING : { open };
}

/** The values of the patterns that end exactly here, the last one of the policy first. */
export function matchHere<T>(scope: PolicyMatcher<T>): T | undefined {
  return scope.open.findLast(({ pattern, depth }) => pattern.length === depth)?.meaning;
}
