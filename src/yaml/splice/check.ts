// Which edits can't be spliced: what they touch is shared (anchors, aliases, merge keys), tagged, outside the first
// document, or its marks aren't found in the text. Runs before the splice and takes the same steps; the verification
// after the splice checks everything else.
import type { FileDocument, FileNode, ListNode, MapNode, Pair } from '../../domain/yaml-node.ts';
import { firstOf } from '../../lib/result.ts';
import { rangeOf, type Splicing } from './context.ts';
import { colonAfter, dashesOf } from './find.ts';
import { bracketsOf, gapsOf, spansOf } from './flow.ts';
import { isOld, type ItemStep, type KeyStep, type Patch } from './patch.ts';
import { isBlock } from './render.ts';
import { isFirstOnLine, lineOf } from './text.ts';

/** Why a file can't be edited at a place. */
export interface UnsafeEdit {
  readonly message: string;
  /** 1-based. */
  readonly line: number;
}

export const refusal = ({ text }: FileDocument, node: FileNode | undefined, message: string): UnsafeEdit => ({
  message,
  line: lineOf(text, node?.range?.start ?? 0),
});

/** Undefined: the patch can be spliced. */
export function unsafeIn(context: Splicing, root: FileNode, patch: Patch): UnsafeEdit | undefined {
  return severalDocuments(context.document) ?? inNode(context, root, patch);
}

function severalDocuments({ text, root }: FileDocument): UnsafeEdit | undefined {
  const rest = root?.range?.end ?? 0;
  const marker = /^(?:---|\.\.\.)(?:\s|$)/m.exec(text.slice(rest));
  if (!marker) return undefined;
  return {
    message: 'the file contains more than one YAML document',
    line: lineOf(text, rest + marker.index + 1),
  };
}

function inNode(context: Splicing, node: FileNode, patch: Patch): UnsafeEdit | undefined {
  const { document, reach } = context;
  const isShared = reach === 'shared';
  // Another value in the place of an alias leaves the anchor alone.
  if (node.kind === 'alias' && isShared && patch.kind === 'replace') return undefined;
  if (node.kind === 'alias')
    return refusal(
      document,
      node,
      `the value is an alias of *${node.name}: editing it would edit the anchor`,
    );
  if (node.anchor !== undefined && !isShared) return anchored(document, node, node.anchor);
  if (patch.kind === 'replace') return isShared ? goneBelow(document, node) : gone(document, node);
  if (patch.kind === 'list' && node.kind === 'list') return inList(context, node, patch.items);
  if (patch.kind === 'map' && node.kind === 'map') return inMap(context, node, patch.keys);
  return refusal(document, node, `expected a ${patch.kind} here`);
}

const anchored = (document: FileDocument, node: FileNode, anchor: string): UnsafeEdit =>
  refusal(document, node, `the value has the anchor &${anchor}, which other values may refer to`);

const unplaced = (document: FileDocument, node: FileNode): UnsafeEdit =>
  refusal(document, node, "the position in the text isn't known");

/** A removed part must not contain anything that others refer to, or a tag that the new value would inherit. */
function gone(document: FileDocument, node: FileNode): UnsafeEdit | undefined {
  if (node.anchor !== undefined) return anchored(document, node, node.anchor);
  return goneBelow(document, node);
}

/** The same, where the anchor itself stays. */
function goneBelow(document: FileDocument, node: FileNode): UnsafeEdit | undefined {
  if (node.kind !== 'alias' && node.tag !== undefined)
    return refusal(document, node, `the value has the tag ${node.tag}`);
  if (node.kind === 'list') return firstOf(node.items, (item) => gone(document, item));
  return node.kind === 'map' ? firstOf(node.pairs, ({ value }) => gone(document, value)) : undefined;
}

// ── lists ────────────────────────────────────────────────────────────────────────────────────────────────────────

function inList(context: Splicing, list: ListNode, steps: readonly ItemStep[]): UnsafeEdit | undefined {
  const { document } = context;
  const hidden = [list, ...list.items].find(({ range }) => !range);
  if (hidden) return unplaced(document, hidden);
  const kept = new Set<number>();
  const inside = firstOf(steps, (step) => {
    if (!isOld(step)) return undefined;
    const item = list.items[step.from];
    if (!item || kept.has(step.from)) throw new RangeError(`no item ${step.from} to keep`);
    kept.add(step.from);
    return step.patch && inNode(context, item, step.patch);
  });
  return (
    inside ??
    firstOf(list.items, (item, i) => (kept.has(i) ? undefined : gone(document, item))) ??
    (list.flow ? inFlow(context, list, steps.length) : dashesIn(context, list, steps))
  );
}

function dashesIn(context: Splicing, list: ListNode, steps: readonly ItemStep[]): UnsafeEdit | undefined {
  const { text, document } = context;
  const dashes = dashesOf(text, list);
  const lost = list.items[dashes.length];
  if (lost) return refusal(document, lost, "the dash wasn't found");
  if (isFirstOnLine(text, dashes[0] ?? 0)) return undefined;
  const [first] = steps;
  if (!first || !isOld(first) || first.from !== 0)
    return refusal(document, list, 'the list begins after the dash of another list');
  return first.patch?.kind === 'replace' && isBlock(first.patch.value)
    ? refusal(document, list.items[0], 'the entry shares its line with another dash')
    : undefined;
}

// ── mappings ─────────────────────────────────────────────────────────────────────────────────────────────────────

type Keys = ReadonlyMap<string, KeyStep>;

function inMap(context: Splicing, map: MapNode, keys: Keys): UnsafeEdit | undefined {
  return (
    firstOf(map.pairs, (pair) => inPair(context, map, pair, keys.get(pair.key.text))) ??
    (map.flow ? flowMap(context, map, keys) : firstKeys(context, map, keys))
  );
}

function inPair(
  context: Splicing,
  { flow }: MapNode,
  pair: Pair,
  step: KeyStep | undefined,
): UnsafeEdit | undefined {
  const { document, text, reach } = context;
  const { key, value } = pair;
  if (key.text === '<<' && reach === 'own')
    return refusal(document, key, 'the mapping gets keys from a merge (<<)');
  if (!key.range || !value.range) return unplaced(document, key.range ? value : key);
  if (!step) return undefined;
  if (key.anchor !== undefined || key.tag !== undefined)
    return refusal(document, key, 'the key has an anchor or a tag');
  if (step.kind === 'remove') return gone(document, value);
  const patch = step.kind === 'rename' ? step.patch : step;
  const inside = patch && inNode(context, value, patch);
  if (inside || flow || patch?.kind !== 'replace') return inside;
  return colonAfter(text, pair) === undefined
    ? refusal(document, key, "the key isn't followed by a colon")
    : undefined;
}

/** The first key of an entry follows its dash. */
function firstKeys({ text, document }: Splicing, map: MapNode, keys: Keys): UnsafeEdit | undefined {
  const [first] = map.pairs;
  if (!first) return refusal(document, map, 'the mapping is empty');
  if (isFirstOnLine(text, rangeOf(first.key).start)) return undefined;
  return map.pairs.every(({ key }) => keys.get(key.text)?.kind === 'remove')
    ? refusal(document, map, 'every old key of the entry would be removed')
    : undefined;
}

// ── flow collections ─────────────────────────────────────────────────────────────────────────────────────────────

function flowMap(context: Splicing, map: MapNode, keys: Keys): UnsafeEdit | undefined {
  if (!map.range) return unplaced(context.document, map);
  const known = new Set(map.pairs.map(({ key }) => key.text));
  const kept = map.pairs.filter(({ key }) => keys.get(key.text)?.kind !== 'remove');
  const added = [...keys].filter(([name, step]) => !known.has(name) && step.kind === 'replace');
  const joined = kept.find(({ key, value }) => rangeOf(value).start < rangeOf(key).end);
  if (joined) return refusal(context.document, joined.key, 'the key has no separate value');
  return inFlow(context, map, kept.length + added.length);
}

function inFlow(
  { text, document }: Splicing,
  node: ListNode | MapNode,
  members: number,
): UnsafeEdit | undefined {
  const { start, end } = rangeOf(node);
  const [open, close] = bracketsOf(node);
  if (text[start] !== open || text[end - 1] !== close)
    return refusal(document, node, "the brackets of the collection weren't found");
  const spans = spansOf(node);
  if (members === 0 || spans.length === 0) return undefined;
  return gapsOf(text, node, spans).every((gap) => /^[\s,]*$/.test(gap))
    ? undefined
    : refusal(document, node, 'a flow collection with comments, tags or anchors inside');
}
