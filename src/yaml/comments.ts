// Attaches the comments of a file where the gateway's YAML library attaches them, so that they move with their node
// when the gateway saves (C v0 §6.2 step 5). Knows positions only.
import { type CST, Lexer } from 'yaml';
import type { Comments, FileNode, Pair } from '../domain/yaml-node.ts';

export const NO_COMMENTS: Comments = { head: [], foot: [] };

export interface Comment {
  readonly at: number;
  readonly text: string;
}

/** All comments of a syntax tree in the order of the text. */
export function commentsIn(token: CST.Token): Comment[] {
  const found: Comment[] = [];
  visit(token, found);
  return found.sort((a, b) => a.at - b.at);
}

/** What the lexer says in front of a scalar, whose text then can begin with anything. */
const SCALAR = '\u001F';
/** At the begin of a document, and where a flow collection isn't closed: no part of the text. */
const MARKS: ReadonlySet<string> = new Set([SCALAR, '\u0002', '\u0018']);

/** All comments of a text, whether it can be parsed or not. It takes half as long as the syntax tree. */
export function commentsOf(text: string): Comment[] {
  if (!text.includes('#')) return [];
  const found: Comment[] = [];
  let [at, isScalar] = [0, false];
  for (const lexeme of new Lexer().lex(text)) {
    const isMark = !isScalar && MARKS.has(lexeme);
    if (!isMark && !isScalar && lexeme.startsWith('#')) found.push({ at, text: lexeme });
    isScalar = isMark && lexeme === SCALAR;
    if (!isMark) at += lexeme.length;
  }
  return found;
}

function collect(token: object, found: Comment[]): void {
  for (const part of Object.values(token)) {
    if (Array.isArray(part)) for (const item of part) visit(item, found);
    else visit(part, found);
  }
}

function visit(part: unknown, found: Comment[]): void {
  if (typeof part !== 'object' || part === null) return;
  const token = part as Partial<CST.SourceToken>;
  if (token.type === 'comment') found.push({ at: token.offset ?? 0, text: token.source ?? '' });
  else collect(part, found);
}

type Mutable = { head: string[]; line?: string; foot: string[] };

/** The key of a pair, or an item, with only dashes before it on its line. */
interface Entry {
  readonly comments: Mutable;
  readonly line: number;
  readonly column: number;
  readonly parent: Entry | undefined;
  /** An item of a list; the comments of its first key, if it is a mapping. */
  readonly item: boolean;
  firstKey?: Mutable;
}

/** A scalar, alias or bracket that a comment can follow on the same line. */
interface Leaf {
  readonly comments: Mutable;
  readonly end: number;
}

interface Layout {
  readonly entries: Entry[];
  readonly leaves: Leaf[];
  readonly root: Mutable;
}

/** A copy of the tree with the comments in it; without comments the tree itself. */
export function attachComments(root: FileNode, comments: readonly Comment[], text: string): FileNode {
  if (comments.length === 0) return root;
  const lines = new Lines(text);
  const layout: Layout = { entries: [], leaves: [], root: { head: [], foot: [] } };
  const copy = copyNode(root, undefined, layout, lines, layout.root);
  layout.leaves.sort((a, b) => a.end - b.end);
  const alone = comments
    .toSorted((a, b) => a.at - b.at)
    .filter((comment) => !hangOnLine(comment, layout, lines) && !hangBehind(comment, root, layout));
  for (const gap of gapsOf(paragraphs(alone, lines), layout.entries)) hangGap(gap, layout.root, lines);
  return copy;
}

function copyNode(
  node: FileNode,
  within: Entry | undefined,
  layout: Layout,
  lines: Lines,
  comments: Mutable = { head: [], foot: [] },
): FileNode {
  const range = node.range ?? { start: 0, end: 0 };
  if (node.kind === 'map') {
    const pairs = node.pairs.map((pair) => copyPair(pair, within, layout, lines));
    if (node.flow) layout.leaves.push({ comments, end: range.end });
    return { ...node, comments, pairs };
  }
  if (node.kind === 'list') {
    const items = node.items.map((item) => copyItem(item, within, layout, lines));
    if (node.flow) layout.leaves.push({ comments, end: range.end });
    return { ...node, comments, items };
  }
  if (range.end > range.start) layout.leaves.push({ comments, end: range.end });
  return { ...node, comments };
}

function copyPair(pair: Pair, within: Entry | undefined, layout: Layout, lines: Lines): Pair {
  const comments: Mutable = { head: [], foot: [] };
  const at = pair.key.range?.start ?? 0;
  const leads = lines.leads(at);
  const entry = leads ? enter(comments, at, within, false, layout, lines) : within;
  if (leads && within?.item) within.firstKey ??= comments;
  layout.leaves.push({ comments, end: pair.key.range?.end ?? 0 });
  return { key: { ...pair.key, comments }, value: copyNode(pair.value, entry, layout, lines) };
}

function copyItem(item: FileNode, within: Entry | undefined, layout: Layout, lines: Lines): FileNode {
  const comments: Mutable = { head: [], foot: [] };
  const at = item.range?.start ?? 0;
  const dash = lines.dashBefore(at);
  const from = dash ?? at;
  const entry =
    dash !== undefined || lines.leads(at) ? enter(comments, from, within, true, layout, lines) : within;
  // The library loses a foot comment of a flow collection.
  if (entry && item.kind !== 'alias' && item.kind !== 'scalar' && item.flow)
    entry.firstKey = { head: [], foot: [] };
  return copyNode(item, entry, layout, lines, comments);
}

function enter(
  comments: Mutable,
  at: number,
  parent: Entry | undefined,
  item: boolean,
  layout: Layout,
  lines: Lines,
): Entry {
  const line = lines.of(at);
  const entry = { comments, line, column: at - lines.start(line), parent, item };
  layout.entries.push(entry);
  return entry;
}

/** A comment after something on its line belongs to that; after only a dash, it belongs to the item that follows. */
function hangOnLine(comment: Comment, layout: Layout, lines: Lines): boolean {
  if (lines.isFirst(comment.at)) return false;
  const line = lines.of(comment.at);
  const leaf = layout.leaves[lastBefore(layout.leaves, (leaf) => leaf.end <= comment.at)];
  if (leaf && lines.of(leaf.end) === line) leaf.comments.line = joined(leaf.comments.line, comment.text);
  else {
    const entry = layout.entries[lastBefore(layout.entries, (entry) => entry.line <= line)];
    (entry?.comments ?? layout.root).head.push(comment.text);
  }
  return true;
}

/** After a flow collection that is the whole document, there are no keys to belong to. */
function hangBehind({ at, text }: Comment, root: FileNode, layout: Layout): boolean {
  const isFlow = (root.kind === 'map' || root.kind === 'list') && root.flow;
  if (!isFlow || at < (root.range?.end ?? 0)) return false;
  layout.root.foot.push(text);
  return true;
}

function joined(before: string | undefined, text: string): string {
  return before === undefined ? text : `${before} ${text}`;
}

/** A group of comment lines: no content or blank line between them, and no change of indentation. */
interface Group {
  readonly texts: string[];
  readonly first: number;
  last: number;
  readonly column: number;
}

function paragraphs(comments: readonly Comment[], lines: Lines): Group[] {
  const groups: Group[] = [];
  for (const { at, text } of comments) {
    const line = lines.of(at);
    const column = at - lines.start(line);
    const open = groups.at(-1);
    if (open && open.last === line - 1 && open.column === column) {
      open.texts.push(text);
      open.last = line;
    } else groups.push({ texts: [text], first: line, last: line, column });
  }
  return groups;
}

/** The groups between two entries. */
interface Gap {
  readonly groups: Group[];
  readonly previous: Entry | undefined;
  readonly next: Entry | undefined;
}

function gapsOf(groups: readonly Group[], entries: readonly Entry[]): Gap[] {
  const gaps: Gap[] = [];
  for (const group of groups) {
    const before = lastBefore(entries, (entry) => entry.line < group.first);
    const previous = entries[before];
    const open = gaps.at(-1);
    if (open && open.previous === previous) open.groups.push(group);
    else gaps.push({ groups: [group], previous, next: entries[before + 1] });
  }
  return gaps;
}

/** Before the first key and after the last one, a group belongs to the document if a blank line separates it. */
function hangGap({ groups, previous, next }: Gap, root: Mutable, lines: Lines): void {
  if (previous && next) return hangBetween(groups, previous, next, lines);
  for (const group of groups) {
    const below = !lines.isBlank(group.first - 1) && !lines.endsInKey(group.first - 1);
    if (previous) (below ? footOf(previous, group, next) : root).foot.push(...group.texts);
    else (next && reaches(group, next, lines) ? next.comments : root).head.push(...group.texts);
  }
}

/**
 * Between two entries, a group directly below content and followed by a blank line is a foot comment. What follows
 * it is the head of the next entry, unless the block ends after it: then it is a foot comment too.
 */
function hangBetween(groups: readonly Group[], previous: Entry, next: Entry, lines: Lines): void {
  let pending: Group[] = [];
  let passed = false;
  const flush = (): void => {
    const [first] = pending;
    if (!first) return;
    const to = passed ? footOf(previous, { ...first, column: 0 }, next) : previous.comments;
    to.foot.push(...pending.flatMap(({ texts }) => texts));
    pending = [];
    passed = true;
  };
  const stepsOut = (column: number): boolean => column < previous.column && column !== pending[0]?.column;
  groups.forEach((group, i) => {
    if (stepsOut(group.column)) flush();
    const close = i === 0 && !lines.isBlank(group.first - 1) && lines.isBlank(group.last + 1);
    if (close && (!lines.endsInKey(group.first - 1) || group.column < previous.column)) {
      footOf(previous, group, next).foot.push(...group.texts);
      passed = true;
    } else pending.push(group);
  });
  if (stepsOut(next.column)) flush();
  next.comments.head.push(...pending.flatMap(({ texts }) => texts));
}

/**
 * Which node a foot comment belongs to. If it isn't indented more than the content before it, to that content. If it
 * is in line with a block that ends here, to the last key of that block or, for a list, to the key of the list.
 * Otherwise it moves with what follows: to the key before that or, if there is none, to its first scalar.
 */
function footOf(previous: Entry, group: Group, next: Entry | undefined): Mutable {
  if (group.column >= previous.column || !next) return owner(previous, group.column).comments;
  const ended = group.column > next.column ? owner(previous, group.column) : undefined;
  if (ended?.column === group.column) return (ended.item ? ended.parent : ended)?.comments ?? ended.comments;
  if (next.item) return next.firstKey ?? next.comments;
  return sibling(previous, next)?.comments ?? next.comments;
}

/** The entry around `entry`, or itself, that is in the same block as `next`. */
function sibling(entry: Entry, next: Entry): Entry | undefined {
  let found: Entry | undefined = entry;
  while (found && (found.parent !== next.parent || found === next.parent)) found = found.parent;
  return found;
}

/** Whether only comment lines are between a group and an entry. */
function reaches(group: Group, next: Entry, lines: Lines): boolean {
  for (let line = group.last + 1; line < next.line; line += 1) if (lines.isBlank(line)) return false;
  return true;
}

/** The innermost entry around `entry` whose column is at most `column`. */
function owner(entry: Entry, column: number): Entry {
  let found = entry;
  while (found.column > column && found.parent) found = found.parent;
  return found;
}

/** Index of the last element that satisfies `holds`, in a list in which a prefix does; -1 for none. */
function lastBefore<T>(list: readonly T[], holds: (item: T) => boolean): number {
  let low = 0;
  let high = list.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (holds(list[middle] as T)) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/** Offsets to lines (0-based) and back. */
class Lines {
  readonly #text: string;
  readonly #starts: number[] = [0];

  constructor(text: string) {
    this.#text = text;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) this.#starts.push(at + 1);
  }

  of(at: number): number {
    return lastBefore(this.#starts, (start) => start <= at);
  }

  start(line: number): number {
    return this.#starts[line] ?? this.#text.length;
  }

  /** Whether only blanks precede this offset on its line. */
  isFirst(at: number): boolean {
    return this.#text.slice(this.start(this.of(at)), at).trim() === '';
  }

  /** Whether only blanks and dashes precede this offset on its line. */
  leads(at: number): boolean {
    return /^[\s-]*$/.test(this.#text.slice(this.start(this.of(at)), at));
  }

  isBlank(line: number): boolean {
    return line >= 0 && this.#content(line) === '';
  }

  isComment(line: number): boolean {
    return line >= 0 && this.#content(line).startsWith('#');
  }

  /** Whether a line ends with a key whose value is missing or on a later line. */
  endsInKey(line: number): boolean {
    return line >= 0 && this.#content(line).endsWith(':');
  }

  /** Offset of the dash of the item at `at`, if only dashes precede it on its line. */
  dashBefore(at: number): number | undefined {
    let back = at;
    while (back > 0 && /[\s]/.test(this.#text[back - 1] ?? '')) back -= 1;
    if (this.#text[back - 1] !== '-') return undefined;
    return this.leads(back - 1) ? back - 1 : undefined;
  }

  #content(line: number): string {
    return this.#text.slice(this.start(line), this.start(line + 1)).trim();
  }
}
