// The position of comments relative to the content: after which entry, above and below which. By position in the
// text, not by the node they are attached to, so that two layouts of one file can be compared.
import type { FileDocument, FileNode } from '../domain/yaml-node.ts';
import { type Comment, commentsOf } from './comments.ts';

/** Names of keys and entries from the root, as one text. */
export type EntryPath = string;

export interface PlacedComment {
  readonly text: string;
  /** 1-based. */
  readonly line: number;
  /** Indentation of a comment on lines of its own. */
  readonly column: number;
  /** The key or entry on the same line before it. */
  readonly on?: EntryPath;
  /** How many of the entries of `CommentPlaces` begin above it. */
  readonly above: number;
  /** Only comment lines are between it and the entry below. */
  readonly touchesNext: boolean;
}

export interface StandingEntry {
  readonly path: EntryPath;
  readonly line: number;
  readonly column: number;
}

export interface CommentPlaces {
  readonly comments: readonly PlacedComment[];
  /** Keys and entries in the order of the text. */
  readonly entries: readonly StandingEntry[];
}

/** The name of a list's entry; `list` is the path of the list, with entries on the path by index. */
export type Naming = (node: FileNode, index: number, list: readonly (string | number)[]) => string;

/** For a parsed document, whose nodes have ranges. */
export function commentPlaces({ text, root }: FileDocument, nameOf: Naming): CommentPlaces {
  const comments = commentsOf(text);
  if (!root) return { comments: [], entries: [] };
  const walk = new Walk(text, nameOf);
  walk.node(root, [], []);
  const entries = walk.entries.toSorted((a, b) => a.line - b.line || a.column - b.column);
  const ends = walk.ends.toSorted((a, b) => a.at - b.at);
  return { comments: comments.map((comment) => walk.placed(comment, entries, ends)), entries };
}

interface End {
  readonly at: number;
  readonly path: EntryPath;
}

export const pathText = (path: readonly string[]): EntryPath => JSON.stringify(path);

class Walk {
  readonly entries: StandingEntry[] = [];
  readonly ends: End[] = [];
  readonly #lines: readonly string[];
  readonly #starts: number[] = [];
  readonly #nameOf: Naming;

  constructor(text: string, nameOf: Naming) {
    this.#lines = text.split('\n');
    this.#nameOf = nameOf;
    let at = 0;
    for (const line of this.#lines) {
      this.#starts.push(at);
      at += line.length + 1;
    }
  }

  node(node: FileNode, path: readonly string[], place: readonly (string | number)[]): void {
    if (node.kind === 'map')
      for (const { key, value } of node.pairs) {
        const inner = [...path, key.text];
        this.#enter(key.range?.start ?? 0, inner);
        this.#leave(key, inner);
        this.node(value, inner, [...place, key.text]);
        this.#leave(value, inner);
      }
    else if (node.kind === 'list') {
      const names = new Map<string, number>();
      node.items.forEach((item, i) => {
        const name = this.#nameOf(item, i, place);
        const times = names.get(name) ?? 0;
        names.set(name, times + 1);
        const inner = [...path, times === 0 ? `[${name}]` : `[${name}]~${times + 1}`];
        this.#enter(item.range?.start ?? 0, inner);
        this.node(item, inner, [...place, i]);
        this.#leave(item, inner);
      });
    }
  }

  #enter(at: number, path: readonly string[]): void {
    const line = this.#lineOf(at);
    this.entries.push({ path: pathText(path), line, column: this.#columnOf(at, line) });
  }

  /** A block ends with its last line, and owns what is there. */
  #leave(node: FileNode, path: readonly string[]): void {
    const isBlock = (node.kind === 'map' || node.kind === 'list') && !node.flow;
    if (!isBlock && node.range) this.ends.push({ at: node.range.end, path: pathText(path) });
  }

  /** For an entry after several dashes, the column of the first dash: only its head is indented more. */
  #columnOf(at: number, line: number): number {
    const before = (this.#lines[line] ?? '').slice(0, at - (this.#starts[line] ?? 0));
    return /^[\s-]*$/.test(before) ? before.search(/-|$/) : before.length;
  }

  placed({ at, text }: Comment, entries: readonly StandingEntry[], ends: readonly End[]): PlacedComment {
    const line = this.#lineOf(at);
    const column = at - (this.#starts[line] ?? 0);
    const isAlone = (this.#lines[line] ?? '').slice(0, column).trim() === '';
    const above = countBelow(entries, (entry) => entry.line < line || (!isAlone && entry.line === line));
    const on = isAlone ? undefined : this.#endBefore(at, line, ends);
    const next = entries[above];
    return {
      text,
      line: line + 1,
      column,
      ...(on !== undefined && { on }),
      above,
      touchesNext: next !== undefined && this.#isCommented(line + 1, next.line),
    };
  }

  /** If several end at the same position, the outermost, which is the last one left. */
  #endBefore(at: number, line: number, ends: readonly End[]): EntryPath | undefined {
    const count = countBelow(ends, (end) => end.at <= at);
    const last = ends[count - 1];
    return last && this.#lineOf(last.at) === line ? last.path : undefined;
  }

  #isCommented(from: number, to: number): boolean {
    return this.#lines.slice(from, to).every((line) => line.trimStart().startsWith('#'));
  }

  #lineOf(at: number): number {
    return countBelow(this.#starts, (start) => start <= at) - 1;
  }
}

/** How many elements at the front satisfy `holds`; it is false for all after them. */
function countBelow<T>(list: readonly T[], holds: (element: T) => boolean): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low;
}
