// Translates plain trees from one layout to the other, and keeps the position where each part was declared. Pure.
import type { Tree } from '../../lib/value.ts';
import { type Traced, TRACED, traced, untraced } from './node-adapter.ts';
import { type Layout, type Refusal, type Remark, rewrite } from './rewrite.ts';

export interface Translation {
  readonly layout: Layout;
  readonly tree: Tree;
  /** What the layout can't express, by JSON pointers into the declared tree. `tree` contains nothing of it. */
  readonly refusals: readonly Placed<Refusal<Traced>>[];
  readonly remarks: readonly Placed<Remark<Traced>>[];
  /**
   * Pointers into `tree` to pointers into the declared tree, for the roots of what moved as a whole; use `originOf`.
   */
  readonly origins: ReadonlyMap<string, string>;
}

type Placed<T> = Omit<T, 'at'> & { readonly pointer: string };

/** `tree` in the layout `to`. From a layout to itself: with the current spellings. */
export function translate(tree: Tree, from: Layout, to: Layout): Translation {
  const { root, refusals, remarks } = rewrite(traced(tree), TRACED, from, to);
  const origins = new Map<string, string>();
  return {
    layout: to,
    tree: untraced(root, '', origins) as Tree, // the root of a rewritten tree is a mapping
    refusals: refusals.map(placed),
    remarks: remarks.map(placed),
    origins,
  };
}

function placed<T extends { readonly at: Traced }>({ at, ...rest }: T): Placed<T> {
  return { ...rest, pointer: at.pointer };
}

/** The position where the value at a pointer into the translated tree was declared. */
export function originOf({ origins }: Pick<Translation, 'origins'>, pointer: string): string {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = origins.get(at);
    if (origin !== undefined) return `${origin}${pointer.slice(at.length)}`;
    if (at === '') return '';
  }
}
