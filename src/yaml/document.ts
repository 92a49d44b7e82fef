// Parses text to nodes. Knows YAML's grammar and what the gateway's YAML library accepts. Knows nothing of the
// catalog: decode.ts decides the meaning of a scalar, comments.ts attaches comments, print.ts prints.
import { Composer, isAlias, isMap, isScalar, isSeq, Parser, type Pair as YamlPair } from 'yaml';
import type { Document, ParsedNode, Scalar } from 'yaml';
import type { FileDocument, FileNode, Pair, ScalarNode, SourceRange } from '../domain/yaml-node.ts';
import { lexemes, MAX_LIVE_DEPTH } from '../lib/yaml-bounds.ts';
import { attachComments, type Comment, commentsIn, NO_COMMENTS } from './comments.ts';
import type { LoadFailure } from './failure.ts';

export { printDocument } from './print.ts';

const OPTIONS = {
  schema: 'failsafe',
  uniqueKeys: false,
  resolveKnownTags: false,
  prettyErrors: false,
  strict: false,
  merge: false,
  logLevel: 'silent',
} as const;

// eslint-disable-next-line no-control-regex -- these are the characters the gateway's reader refuses
const REFUSED = /[\u0000-\u0008\u000B\u000C\u000E-\u001F\u007F-\u0084\u0086-\u009F\uFFFE\uFFFF]/;

/**
 * Parses the first document of a text, as the gateway does (C v0 §2.3): scalars keep text and style, comments are
 * attached as in the gateway's library, ranges are exact. Refuses syntax errors, unknown anchors and control
 * characters. `load` refuses a root that isn't a mapping, and duplicate keys, because the saver accepts the latter.
 */
export function parseDocument(text: string): FileDocument | LoadFailure {
  const refused = REFUSED.exec(text);
  if (refused) return failure('control characters are not allowed', text, refused.index);
  try {
    const { first, around } = firstDocument(text);
    const composed = first && [...new Composer(OPTIONS).compose([first])][0];
    const error = composed?.errors[0];
    if (error && isTooDeep(error)) return tooMuch(TOO_DEEP, text, error.pos[0]);
    if (error) return failure(error.message, text, error.pos[0]);
    if (!first || !composed?.contents) return { text, root: undefined };
    const root = toNode(composed as Document.Parsed, text);
    const tab = strayTab(root, text);
    if (tab !== undefined) return failure('found character that cannot start any token', text, tab);
    // A bare `---` is a document with the value null; comments alone aren't a document (C v0 §2.3).
    const none = isEmpty(root) && composed.directives.docStart !== true;
    const comments = text.includes('#') ? [...around, ...commentsIn(first)] : [];
    return { text, root: none ? undefined : attachComments(root, comments, text) };
  } catch (thrown) {
    if (thrown instanceof Refusal) return tooMuch(thrown.message, text, thrown.at);
    if (thrown instanceof RangeError) return tooMuch(TOO_DEEP, text, 0); // of the parser, which recurses
    throw thrown;
  }
}

const TOO_DEEP = `nested deeper than ${MAX_LIVE_DEPTH} levels, which Holdfast doesn't support`;

/** The parser reports its own stack overflow as an error of the text. */
const isTooDeep = ({ message }: Error): boolean => message.startsWith('Maximum call stack');

type Cst = ReturnType<Parser['parse']> extends Iterable<infer T> ? T : never;

/**
 * The syntax tree of the first document, and the comments before it; the gateway reads no further (C v0 §2.3). A
 * flow collection as the root doesn't contain the comments after it. Directives have no meaning for the gateway.
 */
function firstDocument(text: string): { first: Cst | undefined; around: Comment[] } {
  const around: Comment[] = [];
  let first: Cst | undefined;
  for (const token of tokensOf(text)) {
    if (first && token.type !== 'comment' && token.type !== 'newline') break;
    if (token.type === 'document') first = token;
    else around.push(...commentsIn(token));
  }
  return { first, around };
}

/** As the parser returns them, within limits. */
function* tokensOf(text: string): Generator<Cst> {
  const [lexed, parser] = [lexemes(text), new Parser()];
  for (;;) {
    const next = lexed.next();
    if (next.done !== true) yield* parser.next(next.value);
    else if (next.value)
      throw new Refusal(`${next.value.what}, which Holdfast doesn't support`, next.value.at);
    else return yield* parser.end();
  }
}

class Refusal extends Error {
  readonly at: number;

  constructor(message: string, at: number) {
    super(message);
    this.at = at;
  }
}

function failure(message: string, text: string, at: number): LoadFailure {
  const line = text.slice(0, at).split('\n').length;
  return { ok: false, stage: 'decode', message: `line ${line}: ${message}`, line };
}

function tooMuch(message: string, text: string, at: number): LoadFailure {
  return { ...failure(message, text, at), bound: true };
}

/** A document of comments only: no value, no position of its own. */
function isEmpty(root: FileNode): boolean {
  return root.kind === 'scalar' && root.text === '' && root.style === 'plain' && !root.tag && !root.anchor;
}

/** A tab at the left edge outside scalars and flow collections: other parsers accept it before a comment. */
function strayTab(root: FileNode, text: string): number | undefined {
  if (!/^\t/m.test(text)) return undefined;
  const covered: SourceRange[] = [];
  const walk = (node: FileNode): void => {
    if (node.range && (node.kind === 'scalar' || (node.kind !== 'alias' && node.flow)))
      covered.push(node.range);
    else if (node.kind === 'list') node.items.forEach(walk);
    else if (node.kind === 'map') node.pairs.forEach(({ key, value }) => [key, value].forEach(walk));
  };
  walk(root);
  const tabs = [...text.matchAll(/^\t/gm)].map((found) => found.index);
  return tabs.find((at) => !covered.some(({ start, end }) => start < at && at < end));
}

function toNode(document: Document.Parsed, text: string): FileNode {
  const convert = new Conversion(text);
  return convert.node(document.contents as ParsedNode);
}

/** One pass over the parsed tree; collects the anchors so far, because aliases can only refer to earlier ones. */
class Conversion {
  readonly #text: string;
  readonly #anchors = new Map<string, FileNode | undefined>();
  #depth = 0;

  constructor(text: string) {
    this.#text = text;
  }

  node(node: ParsedNode): FileNode {
    if (isAlias(node)) return this.#alias(node.source, node.range[0], node.range[1]);
    const base = {
      comments: NO_COMMENTS,
      ...mark('anchor', node.anchor),
      ...mark('tag', shortTag(node.tag)),
    };
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, undefined);
    if (this.#depth > MAX_LIVE_DEPTH) throw new Refusal(TOO_DEEP, node.range[0]);
    this.#depth += 1;
    const made = this.#made(node, base);
    this.#depth -= 1;
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, made);
    return made;
  }

  #made(
    node: Exclude<ParsedNode, { source: string; resolve: unknown }>,
    base: Pick<ScalarNode, 'comments'>,
  ): FileNode {
    if (isMap(node)) {
      const pairs = node.items.map((pair) => this.#pair(pair as YamlPair<ParsedNode, ParsedNode | null>));
      const last = pairs.at(-1);
      const range = this.#span(node.range, node.flow, last && (last.value.range ?? last.key.range));
      return { kind: 'map', ...base, range, flow: node.flow === true, pairs };
    }
    if (isSeq(node)) {
      const items = node.items.map((item) => this.node(item as ParsedNode));
      const range = this.#span(node.range, node.flow, items.at(-1)?.range);
      return { kind: 'list', ...base, range, flow: node.flow === true, items };
    }
    if (!isScalar(node)) throw new Refusal('cannot understand this node', 0);
    return this.#scalar(node, base);
  }

  /** A block collection ends where its last value ends, a flow collection after its bracket. */
  #span(
    range: readonly [number, number, number],
    flow: boolean | undefined,
    last: SourceRange | undefined,
  ): SourceRange {
    return { start: range[0], end: flow || !last ? range[1] : Math.max(last.end, range[0]) };
  }

  #scalar(node: Scalar.Parsed, base: Pick<ScalarNode, 'comments'>): ScalarNode {
    const style = STYLES[node.type ?? 'PLAIN'] ?? 'plain';
    const [start, end] = node.range;
    const block = style === 'literal' || style === 'folded';
    return {
      kind: 'scalar',
      ...base,
      range: { start, end: block ? start + this.#text.slice(start, end).trimEnd().length : end },
      text: block
        ? String(node.value ?? '')
        : separated(String(node.value ?? ''), this.#text.slice(start, end)),
      style,
    };
  }

  #alias(name: string, start: number, end: number): FileNode {
    if (!this.#anchors.has(name)) throw new Refusal(`unknown anchor '${name}' referenced`, start);
    return { kind: 'alias', comments: NO_COMMENTS, range: { start, end }, name };
  }

  #pair(pair: YamlPair<ParsedNode, ParsedNode | null>): Pair {
    const key = this.node(pair.key);
    const value = pair.value ? this.node(pair.value) : nothing(key.range?.end ?? 0);
    const plain = key.kind === 'alias' ? this.#anchors.get(key.name) : key;
    if (plain?.kind !== 'scalar')
      throw new Refusal('a mapping key must be a scalar', pair.key.range?.[0] ?? 0);
    return { key: plain === key ? plain : { ...plain, ...(key.range && { range: key.range }) }, value };
  }
}

/**
 * To the gateway, unescaped line and paragraph separators in a source are line breaks: it drops blanks around them.
 */
const separated = (text: string, source: string): string =>
  /[\u2028\u2029]/.test(source) ? text.replace(/[ \t]*([\u2028\u2029]+)[ \t]*/g, '$1') : text;

function nothing(at: number): ScalarNode {
  return { kind: 'scalar', comments: NO_COMMENTS, range: { start: at, end: at }, text: '', style: 'plain' };
}

const STYLES: Readonly<Record<string, ScalarNode['style']>> = {
  PLAIN: 'plain',
  QUOTE_SINGLE: 'single',
  QUOTE_DOUBLE: 'double',
  BLOCK_LITERAL: 'literal',
  BLOCK_FOLDED: 'folded',
};

function mark<K extends string>(name: K, value: string | undefined): Partial<Record<K, string>> {
  return value === undefined ? {} : ({ [name]: value } as Record<K, string>);
}

/** `tag:yaml.org,2002:str` → `!!str`; the non-specific `!` has no meaning. */
function shortTag(tag: string | undefined): string | undefined {
  if (tag === undefined || tag === '!') return undefined;
  return tag.replace(/^tag:yaml\.org,2002:/, '!!');
}
