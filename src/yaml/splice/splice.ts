// Edits the raw text of a file by replacing the source ranges of what changes; all other bytes stay. Knows nothing
// of the catalog: the change is a Patch.
import type { FileDocument, FileNode, ListNode, MapNode, Pair } from '../../domain/yaml-node.ts';
import { longestIncreasingRun } from '../../lib/longest-run.ts';
import { isList, type Value } from '../../lib/value.ts';
import { type Result, done, failed } from '../../lib/result.ts';
import { refusal, type UnsafeEdit, unsafeIn } from './check.ts';
import { ensured, rangeOf, type Reach, type Splicing } from './context.ts';
import { colonAfter, dashesOf, endOfLines } from './find.ts';
import { spliceFlowList, spliceFlowMap } from './flow.ts';
import { fitPatch, isOld, type ItemStep, type KeyStep, type Patch, patchNode } from './patch.ts';
import {
  isBlock,
  quoteInside,
  quoteOf,
  renderBlock,
  renderFlow,
  renderInline,
  renderItem,
  renderPair,
  type Style,
  styleOf,
} from './render.ts';
import { writeKey } from './scalar.ts';
import {
  columnOf,
  isFirstOnLine,
  lineEnd,
  lineStart,
  type Replacement,
  replaceIn,
  withFoot,
  withHead,
} from './text.ts';

export type { UnsafeEdit } from './check.ts';

/**
 * Applies the patch: splices the text, and edits the nodes without parsing again (new nodes have no range). Fails
 * with the line if the text can't be edited. The caller must parse the text to verify that it means what the nodes
 * say.
 */
export function splice(
  document: FileDocument,
  patch: Patch,
  reach: Reach = 'own',
): Result<FileDocument, UnsafeEdit> {
  if (document.root?.kind !== 'map')
    return failed(refusal(document, document.root, "the file isn't a mapping"));
  const fitted = fitPatch(document.root, patch);
  if (fitted.kind !== 'map') return failed(refusal(document, document.root, 'the file would be empty'));
  const style = styleOf(document);
  const whole = document.text.endsWith('\n');
  const context: Splicing = {
    reach,
    text: whole ? document.text : document.text + style.eol,
    document,
    style,
    inside: spliceNode,
  };
  const unsafe = unsafeIn(context, document.root, fitted);
  if (unsafe) return failed(unsafe);
  const pieces = spliceNode(context, document.root, fitted);
  const text = replaceIn(context.text, 0, context.text.length, pieces);
  return done({
    text: whole ? text : text.slice(0, -style.eol.length),
    root: patchNode(document.root, fitted),
  });
}

/** The replacements for a patch inside a node that stays. */
function spliceNode(context: Splicing, node: FileNode, patch: Patch): Replacement[] {
  if (patch.kind === 'map' && node.kind === 'map')
    return node.flow ? [spliceFlowMap(context, node, patch.keys)] : spliceMap(context, node, patch.keys);
  if (patch.kind === 'list' && node.kind === 'list')
    return node.flow ? [spliceFlowList(context, node, patch.items)] : spliceList(context, node, patch.items);
  throw new TypeError(`expected a ${patch.kind} here`);
}

// ── one entry with its own comments ──────────────────────────────────────────────────────────────────────────────

interface Chunk {
  /** With the comments directly above. */
  readonly start: number;
  /** After the line end of its last line, including comments inside. */
  readonly end: number;
}

function chunkOf(context: Splicing, first: number, value: FileNode, floor: number): Chunk {
  const end = withFoot(context.text, endOfLines(context.text, value), columnOf(context.text, first));
  return { start: withHead(context.text, first, floor), end };
}

const cut = (chunk: Chunk): Replacement => ({ start: chunk.start, end: chunk.end, text: '' });
const joined = (context: Splicing, lines: readonly string[]): string =>
  lines.map((line) => line + context.style.eol).join('');

// ── block mappings ───────────────────────────────────────────────────────────────────────────────────────────────

function spliceMap(context: Splicing, map: MapNode, keys: ReadonlyMap<string, KeyStep>): Replacement[] {
  const chunks = pairChunks(context, map);
  const pieces = map.pairs.flatMap((pair, i) => {
    const step = keys.get(pair.key.text);
    return !step || step.kind === 'remove' ? [] : splicePair(context, pair, step, chunks[i] as Chunk);
  });
  return [...pieces, ...removals(context, map, keys, chunks), ...additions(context, map, keys, chunks)];
}

function pairChunks(context: Splicing, map: MapNode): Chunk[] {
  const isRoot = map === context.document.root;
  let floor = 0;
  return map.pairs.map((pair, i) => {
    const first = rangeOf(pair.key).start;
    // The comment above the first key of a file is about the file; a comment above a dash is about the entry.
    if (i === 0 && (isRoot || !isFirstOnLine(context.text, first))) floor = lineStart(context.text, first);
    const chunk = chunkOf(context, first, pair.value, floor);
    floor = chunk.end;
    return chunk;
  });
}

function splicePair(
  context: Splicing,
  pair: Pair,
  step: Exclude<KeyStep, { kind: 'remove' }>,
  chunk: Chunk,
): Replacement[] {
  if (step.kind === 'rename') {
    const key = rangeOf(pair.key);
    const inner = step.patch ? splicePair(context, pair, step.patch, chunk) : [];
    return [{ ...key, text: writeKey(step.to).source }, ...inner];
  }
  if (step.kind !== 'replace') return spliceNode(context, pair.value, step);
  const from = ensured(colonAfter(context.text, pair));
  const column = columnOf(context.text, rangeOf(pair.key).start);
  const into = column + (isList(step.value) ? context.style.listStep : context.style.step);
  return replaceValue(context, pair.value, step.value, { after: from, column: into, end: chunk.end });
}

interface Slot {
  /** Offset after the colon or dash. */
  readonly after: number;
  /** Where the lines of a block value begin. */
  readonly column: number;
  /** After the last line of the old value. */
  readonly end: number;
}

function replaceValue(context: Splicing, old: FileNode, value: Value, slot: Slot): Replacement[] {
  const { start, end } = rangeOf(old);
  const style = { ...context.style, quote: quoteInside(old) ?? context.style.quote };
  const isBelow = start > slot.after && context.text.slice(slot.after, start).includes('\n');
  const head = isBelow ? slot.after : Math.max(slot.after, start);
  const lines = isBlock(value) ? joined(context, renderBlock(value, slot.column, style)) : '';
  const inline = isBlock(value) ? '' : inlineText(old, value, style);
  if (isBelow) {
    const below = lineEnd(context.text, slot.after);
    const text = inline && ` ${inline}`;
    return [
      { start: slot.after, end: slot.after, text },
      { start: below, end: slot.end, text: lines },
    ];
  }
  const gap = context.text.slice(slot.after, head) === '' && inline !== '' ? ' ' : '';
  const stop = trimmedEnd(context.text, head, end);
  if (lines === '') return [{ start: head, end: stop, text: gap + inline }];
  const next = lineEnd(context.text, stop);
  return [
    { start: slot.after, end: stop, text: '' },
    { start: next, end: next, text: lines },
  ];
}

/** The range of a block scalar contains its last line end, which stays. */
function trimmedEnd(text: string, start: number, end: number): number {
  let stop = end;
  while (stop > start && /\s/.test(text[stop - 1] ?? '')) stop -= 1;
  return stop;
}

function inlineText(old: FileNode, value: Value, style: Style): string {
  if (typeof value !== 'string') return renderInline(value, style.quote);
  const quote = old.kind === 'scalar' ? (quoteOf(old) ?? style.quote) : style.quote;
  return renderInline(value, quote);
}

function removals(
  context: Splicing,
  map: MapNode,
  keys: ReadonlyMap<string, KeyStep>,
  chunks: readonly Chunk[],
): Replacement[] {
  const isGone = (pair: Pair): boolean => keys.get(pair.key.text)?.kind === 'remove';
  const stays = map.pairs.findIndex((pair) => !isGone(pair));
  const first = map.pairs[0] as Pair;
  const isInline = !isFirstOnLine(context.text, rangeOf(first.key).start);
  const pieces = map.pairs.flatMap((pair, i) =>
    isGone(pair) && !(isInline && i < stays) ? [cut(chunks[i] as Chunk)] : [],
  );
  if (isInline && stays > 0) pieces.push(...pullUp(context, map, stays, chunks));
  return pieces;
}

/** The first keys of an entry are removed, and they follow its dash: the first remaining key takes their position. */
function pullUp(context: Splicing, map: MapNode, stays: number, chunks: readonly Chunk[]): Replacement[] {
  const { start } = rangeOf((map.pairs[0] as Pair).key);
  const next = rangeOf((map.pairs[stays] as Pair).key).start;
  const chunk = chunks[stays] as Chunk;
  const dashLine = lineStart(context.text, start);
  const comments = context.text.slice(chunk.start, lineStart(context.text, next));
  return [
    { start: dashLine, end: dashLine, text: comments },
    { start, end: next, text: '' },
  ];
}

function additions(
  context: Splicing,
  map: MapNode,
  keys: ReadonlyMap<string, KeyStep>,
  chunks: readonly Chunk[],
): Replacement[] {
  const known = new Set(map.pairs.map((pair) => pair.key.text));
  const last = ensured(map.pairs.at(-1));
  const column = columnOf(context.text, rangeOf(last.key).start);
  const style = { ...context.style, quote: quoteInside(map) ?? context.style.quote };
  const lines = [...keys].flatMap(([name, step]) =>
    known.has(name) || step.kind !== 'replace' ? [] : renderPair(name, step.value, column, style),
  );
  const at = (chunks.at(-1) as Chunk).end;
  return lines.length === 0 ? [] : [{ start: at, end: at, text: joined(context, lines) }];
}

// ── block lists ──────────────────────────────────────────────────────────────────────────────────────────────────

function spliceList(context: Splicing, list: ListNode, steps: readonly ItemStep[]): Replacement[] {
  const dashes = dashesOf(context.text, list);
  const chunks = itemChunks(context, list, dashes);
  const still = stayingInPlace(steps);
  const pieces: Replacement[] = [];
  const text = (from: number, patch?: Patch): string =>
    replaceIn(
      context.text,
      (chunks[from] as Chunk).start,
      (chunks[from] as Chunk).end,
      patch ? spliceItem(context, list, from, patch, dashes, chunks) : [],
    );
  list.items.forEach((_, i) => {
    if (!still.has(i)) pieces.push(cut(chunks[i] as Chunk));
  });
  let at = (chunks[0] as Chunk).start;
  for (const step of steps) {
    if (!isOld(step)) pieces.push({ start: at, end: at, text: newItem(context, list, step.value, dashes) });
    else if (!still.has(step.from)) pieces.push({ start: at, end: at, text: text(step.from, step.patch) });
    else {
      at = (chunks[step.from] as Chunk).end;
      if (step.patch) pieces.push(...spliceItem(context, list, step.from, step.patch, dashes, chunks));
    }
  }
  return pieces;
}

function itemChunks(context: Splicing, list: ListNode, dashes: readonly number[]): Chunk[] {
  let floor = isFirstOnLine(context.text, dashes[0] ?? 0) ? 0 : lineStart(context.text, dashes[0] ?? 0);
  return list.items.map((item, i) => {
    const chunk = chunkOf(context, dashes[i] as number, item, floor);
    floor = chunk.end;
    return chunk;
  });
}

/** Old items that don't have to move; everything else is cut and inserted again. */
function stayingInPlace(steps: readonly ItemStep[]): Set<number> {
  return new Set(longestIncreasingRun(steps.filter(isOld).map((step) => step.from)));
}

function spliceItem(
  context: Splicing,
  list: ListNode,
  from: number,
  patch: Patch,
  dashes: readonly number[],
  chunks: readonly Chunk[],
): Replacement[] {
  const item = list.items[from] as FileNode;
  if (patch.kind !== 'replace') return spliceNode(context, item, patch);
  const dash = dashes[from] as number;
  if (!isBlock(patch.value)) {
    const slot = { after: dash + 1, column: 0, end: (chunks[from] as Chunk).end };
    return replaceValue(context, item, patch.value, slot);
  }
  const start = lineStart(context.text, dash);
  return [{ start, end: (chunks[from] as Chunk).end, text: newItem(context, list, patch.value, dashes) }];
}

/** A new item in the style of its neighbors: dash column, distance after the dash, flow or block, quotes. */
function newItem(context: Splicing, list: ListNode, value: Value, dashes: readonly number[]): string {
  const [dash = 0] = dashes;
  const sibling = list.items.at(-1);
  const style = { ...context.style, quote: quoteInside(sibling) ?? context.style.quote };
  const column = columnOf(context.text, dash);
  const isFlow = (sibling?.kind === 'map' || sibling?.kind === 'list') && sibling.flow;
  if (isFlow && isBlock(value)) {
    const padded = context.text[rangeOf(sibling).start + 1] === ' ';
    return joined(context, [`${' '.repeat(column)}- ${renderFlow(value, style.quote, padded)}`]);
  }
  const gap = /^ +(?=\S)/.exec(context.text.slice(dash + 1, dash + 12))?.[0].length ?? 1;
  return joined(context, renderItem(value, column, style, gap + 1));
}
