// Plain trees from one layout to the other, each part knowing where it was declared. Pure.
import type { Tree } from '../../lib/value.ts';
import { type Traced, TRACED, traced, untraced } from './node-adapter.ts';
import { type Layout, type Refusal, type Remark, rewrite } from './rewrite.ts';

export interface Translation {
  readonly layout: Layout;
  readonly tree: Tree;
  /** What could not be said in the layout, by JSON pointers into the declared tree. Nothing of it is in `tree`. */
  readonly refusals: readonly Placed<Refusal<Traced>>[];
  readonly remarks: readonly Placed<Remark<Traced>>[];
  /** Pointers into `tree` to pointers into the declared tree, for the roots of what moved whole; use `originOf`. */
  readonly origins: ReadonlyMap<string, string>;
}

type Placed<T> = Omit<T, 'at'> & { readonly pointer: string };

/** `tree` as `to` says it. From a layout to itself: with today's spellings. */
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

/** Where the value at a pointer into the translated tree was declared. */
export function originOf({ origins }: Pick<Translation, 'origins'>, pointer: string): string {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    const origin = origins.get(at);
    if (origin !== undefined) return `${origin}${pointer.slice(at.length)}`;
    if (at === '') return '';
  }
}
