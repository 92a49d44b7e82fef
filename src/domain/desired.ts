// What the files declare for one target, with references resolved and layers merged. It contains only declared
// values.
import type { NamedKey } from './named-key.ts';
import type { Position } from './problem/problem.ts';
import type { Sealed } from './secret.ts';
import type { Tree } from '../lib/value.ts';

export type Layout = 'legacy' | 'v8';

/** A commit for people. The texts come from its author, and have a limited length. */
export interface Commit {
  readonly sha: string;
  /** Name of the author, without e-mail address. */
  readonly author?: string;
  /** First line of the message. */
  readonly subject?: string;
  /** When it was created, in ms since the epoch. */
  readonly at?: number;
}

export interface Revision {
  /** Keyed digest of the declared content with references resolved, 64 hex digits: a rotated secret is a new revision. */
  readonly digest: string;
  /** The git commit of the desired directories if they are in a work tree, with `dirty` if files differ from it. */
  readonly commit?: Commit & { readonly dirty: boolean };
}

export interface Desired {
  readonly target: string;
  readonly layout: Layout;
  /** The layout of the files, if `tree` was translated: paths of settings and flags are read in it first. */
  readonly filesLayout?: Layout;
  /** Declared values only, in the spelling of the files (YAML), not normalised. */
  readonly tree: Sealed<Tree>;
  /** The position of each declared value, by JSON pointer into `tree` (lists by index). */
  readonly positions: ReadonlyMap<string, Position>;
  /** Pointers whose value came from a reference, with the reference's text, e.g. `${env:KEY}`. */
  readonly references: ReadonlyMap<string, string>;
  /** Texts of those references whose values can be shown, because the settings allow it. */
  readonly publicReferences: ReadonlySet<string>;
  /** Every secret text and every text from a reference, for redaction by value. */
  readonly secrets: Sealed<ReadonlySet<string>>;
  /** Client keys that comments in the files name; absent: none. */
  readonly named?: readonly NamedKey[];
  /** Absolute paths whose change can change this: directories, referenced files. */
  readonly watched: readonly string[];
  readonly revision: Revision;
}

/** The layout that paths of settings and flags are read in first: a name that both layouts have means that of the files. */
export const spokenBy = ({ layout, filesLayout = layout }: Pick<Desired, 'layout' | 'filesLayout'>): Layout =>
  filesLayout;

/** Information by JSON pointer, for callers that never need the whole list. */
export type ByPointer<T> = Pick<ReadonlyMap<string, T>, 'get' | 'has'>;

/** The position of a pointer, or of the nearest declared ancestor, but never of the whole file. */
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
