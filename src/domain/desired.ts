// What the files declare for one target, references resolved, layers merged. Undeclared is not part of it.
import type { Position } from './problem/problem.ts';
import type { Sealed } from './secret.ts';
import type { Tree } from '../lib/value.ts';

export type Layout = 'legacy' | 'v8';

/** A commit as people know it. The texts are somebody's, and bounded. */
export interface Commit {
  readonly sha: string;
  /** Name of the author, without address. */
  readonly author?: string;
  /** First line of the message. */
  readonly subject?: string;
  /** When it was written, in ms since the epoch. */
  readonly at?: number;
}

export interface Revision {
  /** Keyed digest of the declared content with references resolved, 64 hex digits: a rotated secret is a new revision. */
  readonly digest: string;
  /** The git commit of the desired directories when they are in a work tree, with `dirty` when files differ from it. */
  readonly commit?: Commit & { readonly dirty: boolean };
}

export interface Desired {
  readonly target: string;
  readonly layout: Layout;
  /** Declared values only, in the spelling of the files (YAML), not normalised. */
  readonly tree: Sealed<Tree>;
  /** Where each declared value stands, by JSON pointer into `tree` (lists by index). */
  readonly positions: ReadonlyMap<string, Position>;
  /** Pointers whose value came from a reference, with the reference's text, e.g. `${env:KEY}`. */
  readonly references: ReadonlyMap<string, string>;
  /** Texts of those references whose values may be shown, because the settings say so. */
  readonly publicReferences: ReadonlySet<string>;
  /** Every secret text and every text that a reference brought, for the redaction net. */
  readonly secrets: Sealed<ReadonlySet<string>>;
  /** Absolute paths that a change of could change this: directories, referenced files. */
  readonly watched: readonly string[];
  readonly revision: Revision;
}

/** What is known of places, by JSON pointer, where nobody has to list it. */
export type ByPointer<T> = Pick<ReadonlyMap<string, T>, 'get' | 'has'>;

/** The position of a pointer, or of the nearest declared ancestor; the whole file is no place to look at. */
export function positionAt(
  desired: { readonly positions: ByPointer<Position> },
  pointer: string,
): Position | undefined {
  for (let at = pointer; ; at = at.slice(0, at.lastIndexOf('/'))) {
    if (at === '') return undefined;
    const found = desired.positions.get(at);
    if (found) return found;
  }
}
