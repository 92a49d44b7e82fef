// Renders new values as YAML lines in the style of the file. Reads only the style of the existing content.
import type { FileDocument, FileNode, ScalarNode } from '../../domain/yaml-node.ts';
import { isList, isTree, type Value } from '../../lib/value.ts';
import { type Quote, writeKey, writeScalar } from './scalar.ts';

export interface Style {
  readonly eol: '\n' | '\r\n';
  /** Indentation of a nested mapping, in columns. */
  readonly step: number;
  /** Indentation of a list under a key, in columns: 0 or more. */
  readonly listStep: number;
  readonly quote: Quote;
}

interface Tally {
  readonly steps: Map<number, number>;
  readonly listSteps: Map<number, number>;
  readonly quotes: Map<Quote, number>;
}

/** The style of a file, by majority. Reads at most a few hundred nodes. */
export function styleOf(document: FileDocument): Style {
  const tally: Tally = { steps: new Map(), listSteps: new Map(), quotes: new Map() };
  const column = columnsOf(document.text);
  if (document.root) count(document.root, -1, column, tally, { left: 600 });
  return {
    eol: /\r\n/.test(document.text) ? '\r\n' : '\n',
    step: most(tally.steps) ?? 2,
    listStep: most(tally.listSteps) ?? 2,
    quote: most(tally.quotes) ?? 'plain',
  };
}

const columnsOf = (text: string) => (offset: number) => offset - (text.lastIndexOf('\n', offset - 1) + 1);

function most<T>(counts: ReadonlyMap<T, number>): T | undefined {
  let best: T | undefined;
  for (const [key, times] of counts) if (best === undefined || times > (counts.get(best) ?? 0)) best = key;
  return best;
}

const add = <T>(counts: Map<T, number>, key: T): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);

function count(
  node: FileNode,
  parentColumn: number,
  column: (offset: number) => number,
  tally: Tally,
  budget: { left: number },
): void {
  if (budget.left-- <= 0) return;
  if (node.kind === 'scalar') {
    const quote = quoteOf(node);
    if (quote) add(tally.quotes, quote);
    return;
  }
  if (node.kind === 'alias') return;
  const at = node.range && !node.flow ? column(node.range.start) : -1;
  if (node.kind === 'list') {
    if (at >= 0 && parentColumn >= 0) add(tally.listSteps, at - parentColumn);
    for (const item of node.items) count(item, -1, column, tally, budget);
    return;
  }
  if (at > 0 && parentColumn >= 0) add(tally.steps, at - parentColumn);
  for (const pair of node.pairs) count(pair.value, at, column, tally, budget);
}

/** The quotes of a scalar that is certainly a text. Undefined for numbers, booleans and block scalars. */
export function quoteOf(node: ScalarNode): Quote | undefined {
  if (node.style === 'single' || node.style === 'double') return node.style;
  return node.style === 'plain' && writeScalar(node.text, 'plain').style === 'plain' ? 'plain' : undefined;
}

/** The quotes inside a neighbor, for a new entry next to it. */
export function quoteInside(node: FileNode | undefined): Quote | undefined {
  if (node?.kind === 'scalar') return quoteOf(node);
  const inner =
    node?.kind === 'map' ? node.pairs.map((pair) => pair.value) : node?.kind === 'list' ? node.items : [];
  for (const child of inner) {
    const quote = quoteInside(child);
    if (quote) return quote;
  }
  return undefined;
}

export const isBlock = (value: Value): boolean =>
  isList(value) ? value.length > 0 : isTree(value) && Object.keys(value).length > 0;

export function renderFlow(value: Value, quote: Quote, padded = false): string {
  const pad = padded ? ' ' : '';
  if (isList(value))
    return value.length === 0 ? '[]' : `[${value.map((item) => renderFlow(item, quote)).join(', ')}]`;
  if (!isTree(value)) return writeScalar(value, quote, true).source;
  const pairs = Object.entries(value).map(
    ([name, inner]) => `${writeKey(name, true).source}: ${renderFlow(inner, quote, padded)}`,
  );
  return pairs.length === 0 ? '{}' : `{${pad}${pairs.join(', ')}${pad}}`;
}

/** Scalars and empty collections, on one line. */
export function renderInline(value: Value, quote: Quote): string {
  return isList(value) || isTree(value) ? renderFlow(value, quote) : writeScalar(value, quote).source;
}

/** Lines without line ends. `column` is the column of keys or dashes. */
export function renderBlock(value: Value, column: number, style: Style): string[] {
  if (isList(value) && value.length > 0) return value.flatMap((item) => renderItem(item, column, style));
  if (isTree(value) && isBlock(value))
    return Object.entries(value).flatMap(([name, inner]) => renderPair(name, inner, column, style));
  return [' '.repeat(column) + renderInline(value, style.quote)];
}

export function renderPair(name: string, value: Value, column: number, style: Style): string[] {
  const head = `${' '.repeat(column)}${writeKey(name).source}:`;
  if (!isBlock(value)) return [`${head} ${renderInline(value, style.quote)}`];
  return [head, ...renderBlock(value, column + (isList(value) ? style.listStep : style.step), style)];
}

/** A dash and what follows it; `inset` columns from the dash to the content. */
export function renderItem(value: Value, column: number, style: Style, inset = 2): string[] {
  const lines = renderBlock(value, column + inset, style);
  const [first = '', ...rest] = lines;
  return [`${' '.repeat(column)}-${' '.repeat(inset - 1)}${first.slice(column + inset)}`, ...rest];
}
