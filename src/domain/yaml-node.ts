// The gateway's `config.yaml` as a tree of nodes with everything that a save or a splice needs: source texts,
// styles, comments, ranges. Parsed once by yaml/; all other code reads this.

/** Character offsets into the text. `end` is where the value ends, without trailing blanks and comment. */
export interface SourceRange {
  readonly start: number;
  readonly end: number;
}

/** Comment texts with their `#`, one line each. */
export interface Comments {
  /** On lines of their own, directly above. */
  readonly head: readonly string[];
  /** After the value, on its line. */
  readonly line?: string;
  /** On lines of their own below, before the parent continues. */
  readonly foot: readonly string[];
}

interface NodeBase {
  readonly comments: Comments;
  /** Absent on nodes that weren't parsed. */
  readonly range?: SourceRange;
  readonly anchor?: string;
  /** Explicit tag such as `!!str`. */
  readonly tag?: string;
}

export interface ScalarNode extends NodeBase {
  readonly kind: 'scalar';
  /** The text of the scalar after unquoting and folding; the decoder decides the type (C v0 §2.3). */
  readonly text: string;
  readonly style: 'plain' | 'single' | 'double' | 'literal' | 'folded';
}

export interface AliasNode extends NodeBase {
  readonly kind: 'alias';
  readonly name: string;
}

export interface Pair {
  /** Keys are scalars in every file the gateway accepts; `<<` is a merge key. */
  readonly key: ScalarNode;
  readonly value: FileNode;
}

export interface MapNode extends NodeBase {
  readonly kind: 'map';
  readonly flow: boolean;
  readonly pairs: readonly Pair[];
}

export interface ListNode extends NodeBase {
  readonly kind: 'list';
  readonly flow: boolean;
  readonly items: readonly FileNode[];
}

export type FileNode = ScalarNode | AliasNode | MapNode | ListNode;

export interface FileDocument {
  readonly text: string;
  /** Undefined: an empty or comment-only document. Not a mapping: the gateway refuses it. */
  readonly root: FileNode | undefined;
}
