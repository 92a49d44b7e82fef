// Paths of the policy (`ignore`, `ownership`) carried down a walk, so that each step looks only at the patterns that can
// still match. Knows nothing of what they are used for.
import type { Path } from '../nouns/path.ts';

/** The patterns that agree with every step taken so far. */
export interface Scope<T> {
  readonly open: readonly { readonly pattern: Path; readonly depth: number; readonly meaning: T }[];
}

const NOTHING: Scope<never> = { open: [] };

export function scopeOf<T>(patterns: readonly { readonly path: Path; readonly meaning: T }[]): Scope<T> {
  return { open: patterns.map(({ path, meaning }) => ({ pattern: path, depth: 0, meaning })) };
}

/** Whether names need to be worked out for a step at all. */
export function isOpen(scope: Scope<unknown>): boolean {
  return scope.open.length > 0;
}

/** One step down; `names` are all the names the place goes by. */
export function enter<T>(scope: Scope<T>, names: readonly string[]): Scope<T> {
  if (scope.open.length === 0) return NOTHING;
  const open = scope.open.flatMap(({ pattern, depth, meaning }) => {
    const step = pattern[depth];
    const matches = step !== undefined && (step.name === null || names.includes(step.name));
    return matches ? [{ pattern, depth: depth + 1, meaning }] : [];
  });
  return open.length === 0 ? NOTHING : { open };
}

/** What the patterns that end exactly here say, the last one of the policy first. */
export function meaningHere<T>(scope: Scope<T>): T | undefined {
  return scope.open.findLast(({ pattern, depth }) => pattern.length === depth)?.meaning;
}
