// A config.yaml as a tree that can be rearranged: the nodes of domain/yaml-node.ts, writable, aliases and merge keys
// expanded, addressed by dotted names. Knows YAML, but no key of the gateway.
import type { Comments, FileDocument, FileNode, Pair, ScalarNode } from '../../domain/yaml-node.ts';
import { isMerge } from '../model/decode.ts';
import { parseDocument } from '../../yaml/document.ts';
import { printDocument } from '../../yaml/print.ts';
import { resolveScalar } from '../../yaml/resolve.ts';
import { isFailure, type LoadFailure } from '../../yaml/failure.ts';

type Writable<T> = { -readonly [K in keyof T]: T[K] };

export type Scalar = Omit<Writable<ScalarNode>, 'range'> & Placed;
interface Placed {
  /** 1-based, in the text that the node was parsed from; undefined for new nodes. */
  line?: number;
}
export interface Entry {
  key: Scalar;
  value: Node;
}
type Collection = Pick<Writable<FileNode>, 'comments' | 'tag'> & Placed & { flow: boolean };
export interface Mapping extends Collection {
  kind: 'map';
  pairs: Entry[];
}
export interface Sequence extends Collection {
  kind: 'list';
  items: Node[];
}
export type Node = Scalar | Mapping | Sequence;

const NONE: Comments = { head: [], foot: [] };

export const scalar = (text: string, style: ScalarNode['style'] = 'plain'): Scalar => ({
  kind: 'scalar',
  comments: NONE,
  text,
  style,
});
export const emptyMap = (): Mapping => ({ kind: 'map', comments: NONE, flow: false, pairs: [] });
export const list = (items: Node[]): Sequence => ({ kind: 'list', comments: NONE, flow: false, items });

/** The tree of a text; a failure of the parser has the gateway's message. Undefined: nothing except comments. */
export function treeIn(text: string): Node | undefined | LoadFailure {
  const document = parseDocument(text);
  if (isFailure(document)) return document as LoadFailure; // Nothing else fails to parse.
  return expanded(document as FileDocument);
}

/** Undefined for a document without content. Anchors are removed; the meaning of an alias replaces it. */
export function expanded({ root, text }: FileDocument): Node | undefined {
  return root && expand(root, { anchors: anchorsIn(root), lineAt: linesOf(text) });
}

interface Source {
  readonly anchors: ReadonlyMap<string, FileNode>;
  readonly lineAt: (offset: number) => number;
}

/** 1-based lines by offset. */
function linesOf(text: string): (offset: number) => number {
  const starts = [0, ...[...text.matchAll(/\n/g)].map(({ index }) => index + 1)];
  return (offset) => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle + 1;
      else high = middle;
    }
    return low;
  };
}

function anchorsIn(root: FileNode): ReadonlyMap<string, FileNode> {
  const found = new Map<string, FileNode>();
  const walk = (node: FileNode): void => {
    if (node.kind !== 'alias' && node.anchor !== undefined) found.set(node.anchor, node);
    if (node.kind === 'list') node.items.forEach(walk);
    if (node.kind === 'map') for (const { value } of node.pairs) walk(value);
  };
  walk(root);
  return found;
}

function expand(node: FileNode, source: Source): Node {
  if (node.kind === 'alias') {
    const meant = source.anchors.get(node.name);
    return meant ? expand(meant, source) : scalar('');
  }
  const { anchor: _, range, ...rest } = node;
  const placed = range ? { line: source.lineAt(range.start) } : {};
  if (rest.kind === 'scalar') return { ...rest, ...placed };
  if (rest.kind === 'list')
    return { ...rest, ...placed, items: rest.items.map((item) => expand(item, source)) };
  return { ...rest, ...placed, pairs: expandPairs(rest.pairs, source) };
}

/** Own keys first, then those of `<<` that aren't there yet; the first of several merged mappings wins. */
function expandPairs(pairs: readonly Pair[], source: Source): Entry[] {
  const own: Entry[] = [];
  const merged: Mapping[] = [];
  for (const { key, value } of pairs) {
    const made = expand(value, source);
    if (!isMerge(key))
      own.push({ key: expand(key, source) as Scalar, value: made }); // A scalar stays one.
    else merged.push(...(made.kind === 'list' ? made.items : [made]).filter((each) => each.kind === 'map'));
  }
  for (const entry of merged.flatMap(({ pairs: more }) => more))
    if (!own.some(({ key }) => key.text === entry.key.text)) own.push(copyEntry(entry));
  return own;
}

export function copy<T extends Node>(node: T): T;
export function copy(node: Node): Node {
  if (node.kind === 'scalar') return { ...node };
  if (node.kind === 'list') return { ...node, items: node.items.map((item) => copy(item)) };
  return { ...node, pairs: node.pairs.map(copyEntry) };
}

/** The same down to the lists, which both trees then share: for lists that are moved and not changed. */
export function copySections(node: Node): Node {
  if (node.kind !== 'map') return { ...node };
  return {
    ...node,
    pairs: node.pairs.map(({ key, value }) => ({ key: { ...key }, value: copySections(value) })),
  };
}

const copyEntry = ({ key, value }: Entry): Entry => ({ key: { ...key }, value: copy(value) });

/** The member of a mapping: its first entry of that name. */
export function entryOf(node: Node | undefined, name: string): Entry | undefined {
  return node?.kind === 'map' ? node.pairs.find(({ key }) => key.text === name) : undefined;
}

export const member = (node: Node | undefined, name: string): Node | undefined => entryOf(node, name)?.value;

/** The node at a path of names; `[]` is the node itself. */
export function at(root: Node | undefined, names: readonly string[]): Node | undefined {
  return names.reduce<Node | undefined>((node, name) => member(node, name), root);
}

export const atPath = (root: Node | undefined, path: string): Node | undefined => at(root, path.split('.'));

export const isNull = (node: Node | undefined): boolean =>
  node?.kind === 'scalar' && resolveScalar(node)?.type === 'null';

/** Turns a node into an empty mapping, in place. */
export function toEmptyMap(node: Node): void {
  const { comments } = node;
  for (const name of Object.keys(node)) Reflect.deleteProperty(node, name);
  Object.assign(node, { ...emptyMap(), comments });
}

/** Moves the content of a node into another node; the object that parents refer to stays the same. */
export function become(node: Node, other: Node): void {
  const fresh = { ...other };
  for (const name of Object.keys(node)) Reflect.deleteProperty(node, name);
  Object.assign(node, fresh);
}

/** The member of that name, created if it is missing; a value that isn't a mapping becomes an empty one. */
function makeMember(node: Node, name: string): Entry {
  if (node.kind !== 'map') toEmptyMap(node);
  const map = node as Mapping; // It is now.
  const known = entryOf(map, name);
  if (known) return known;
  const made: Entry = { key: keyNamed(name), value: scalar('', 'double') };
  map.pairs.push(made);
  return made;
}

/** A key as the gateway writes it: quoted if it would be parsed as another type. */
export function keyNamed(name: string): Scalar {
  const isText = resolveScalar(scalar(name))?.type === 'str' && name !== '<<';
  return scalar(name, isText ? 'plain' : 'double');
}

/** Sets a copy of the value at a path, and creates what is missing on the way. */
export function set(root: Node, path: string, value: Node): Entry {
  const names = path.split('.');
  let node = root;
  for (const name of names.slice(0, -1)) node = makeMember(node, name).value;
  const entry = makeMember(node, names.at(-1) ?? '');
  entry.value = copy(value);
  return entry;
}

/** The same, with the comments above and below the value moved to its key. */
export function setWithComments(root: Node, path: string, value: Node): void {
  const entry = set(root, path, value);
  const { head, foot, line } = entry.value.comments;
  entry.key.comments = { ...withoutEnds(entry.key.comments), head, foot };
  entry.value.comments = line === undefined ? NONE : { ...NONE, line };
}

function withoutEnds({ line }: Comments): Comments {
  return line === undefined ? NONE : { ...NONE, line };
}

/** Removes a path and every mapping on the way to it that becomes empty. */
export function remove(root: Node | undefined, names: readonly string[]): boolean {
  const [name = '', ...rest] = names;
  const entry = entryOf(root, name);
  if (!entry || root?.kind !== 'map') return false;
  if (rest.length > 0) {
    if (!remove(entry.value, rest)) return false;
    if (!isEmpty(entry.value)) return true;
  }
  root.pairs.splice(root.pairs.indexOf(entry), 1);
  return true;
}

export const removePath = (root: Node, path: string): boolean => remove(root, path.split('.'));

const isEmpty = (node: Node): boolean =>
  node.kind === 'map' ? node.pairs.length === 0 : node.kind === 'list' && node.items.length === 0;

/**
 * A copy of the value at a path with the comments of its key, and those of the mappings that disappear when their
 * only member moves. What followed a key on its line is then above the value.
 */
export function copyWithComments(root: Node, path: string): Node {
  const names = path.split('.');
  const above = names.slice(0, -1).reduce<Node[]>(
    (nodes, name) => {
      const next = member(nodes.at(-1), name);
      return next ? [...nodes, next] : nodes;
    },
    [root],
  );
  const made = copy(atPath(root, path) as Node); // The caller has seen it.
  const own = entryOf(above.at(-1), names.at(-1) ?? '');
  if (own) take(made, own.key.comments, undefined);
  for (let i = above.length - 1; i > 0; i -= 1) {
    const parent = above[i];
    if (parent?.kind !== 'map' || parent.pairs.length !== 1) break;
    const key = entryOf(above[i - 1], names[i - 1] ?? '')?.key;
    if (key) take(made, key.comments, parent.comments);
  }
  return made;
}

function take(node: Node, key: Comments, around: Comments | undefined): void {
  const { head, foot } = node.comments;
  const lines = (text: string | undefined): readonly string[] => (text === undefined ? [] : [text]);
  node.comments = {
    ...node.comments,
    head: [...key.head, ...lines(key.line), ...(around?.head ?? []), ...lines(around?.line), ...head],
    foot: [...foot, ...(around?.foot ?? []), ...key.foot],
  };
}

/** The text of a tree as the gateway's encoder prints it: indented by four. */
export function print(root: Node, indent: 2 | 4 = 4, comments: 'in-place' | 'left' = 'in-place'): string {
  return printDocument(root, { indent, leftAligned: comments === 'left' });
}
