// What a plan is limited to (`--only`): what is outside is neither written nor judged. Pure.
import { pathsIn } from '../../gateway/layout/locate.ts';
import type { Layout } from '../../domain/desired.ts';
import { coversPath, type Path } from '../../domain/path.ts';

export interface Scope {
  /** Whether a difference at this path belongs to the plan. */
  readonly covers: (path: Path) => boolean;
  /** Whether something at or below this path can belong to it: of entries only their list is compared. */
  readonly touches: (path: Path) => boolean;
}

const EVERYTHING: Scope = { covers: () => true, touches: () => true };

/** `only`: paths of either layout, in doubt of `spoken`, the layout of the files. Undefined: everything. */
export function scopeOf(only: readonly Path[] | undefined, layout: Layout, spoken: Layout): Scope {
  if (!only) return EVERYTHING;
  const patterns = only.flatMap((path) => pathsIn(layout, path, spoken));
  return {
    covers: (path) => patterns.some((pattern) => coversPath(pattern, path)),
    touches: (path) =>
      patterns.some((pattern) => {
        const [a, b] = [keysOf(pattern), keysOf(path)];
        return coversPath(a, b) || coversPath(b, a);
      }),
  };
}

/** The names up to the first list. */
function keysOf(path: Path): Path {
  const list = path.findIndex(({ kind }) => kind === 'entry');
  return list < 0 ? path : path.slice(0, list);
}
