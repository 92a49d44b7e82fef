// Edits inside flow collections (`[a, b]`, `{ a: 1 }`): members keep their source text, separators are kept where the
// number of members allows it. Comments inside a flow collection cannot be kept, so such collections are refused.
import type { FileNode, ListNode, MapNode, Pair } from '../../domain/yaml-node.ts';
import { refuse } from './check.ts';
import { isOld, type ItemStep, type KeyStep, type Patch } from './patch.ts';
import { quoteInside, quoteOf, renderFlow } from './render.ts';
import { writeKey } from './scalar.ts';
import { type Replacement, replaceIn } from './text.ts';
import { rangeOf, type Splicing } from './context.ts';
import type { Value } from '../../lib/value.ts';

interface Span {
  readonly start: number;
  readonly end: number;
}

export function spliceFlowList(context: Splicing, list: ListNode, steps: readonly ItemStep[]): Replacement {
  const spans = list.items.map((item) => rangeOf(context, item));
  const quote = quoteInside(list) ?? context.style.quote;
  const members = steps.map((step) =>
    isOld(step)
      ? memberText(context, list.items[step.from] as FileNode, step.patch)
      : renderFlow(step.value, quote, padded(context, list)),
  );
  return assemble(context, list, spans, members);
}

export function spliceFlowMap(
  context: Splicing,
  map: MapNode,
  keys: ReadonlyMap<string, KeyStep>,
): Replacement {
  const spans = map.pairs.map((pair) => spanOf(context, pair));
  const quote = quoteInside(map) ?? context.style.quote;
  const known = new Set(map.pairs.map((pair) => pair.key.text));
  const kept = map.pairs.flatMap((pair) => pairText(context, pair, keys.get(pair.key.text)));
  const added = [...keys].flatMap(([name, step]) =>
    known.has(name) || step.kind !== 'replace' ? [] : [flowPair(name, step.value, quote)],
  );
  return assemble(context, map, spans, [...kept, ...added]);
}

const flowPair = (name: string, value: Value, quote: 'plain' | 'single' | 'double'): string =>
  `${writeKey(name, true).source}: ${renderFlow(value, quote)}`;

function spanOf(context: Splicing, pair: Pair): Span {
  const { start, end } = rangeOf(context, pair.key);
  return { start, end: Math.max(end, rangeOf(context, pair.value).end) };
}

function pairText(context: Splicing, pair: Pair, step: KeyStep | undefined): string[] {
  if (step?.kind === 'remove') return [];
  const key = rangeOf(context, pair.key);
  const value = rangeOf(context, pair.value);
  if (value.start < key.end) throw refuse(context.document, pair.key, 'the key has no separate value');
  const isRenamed = step?.kind === 'rename';
  const name = isRenamed ? writeKey(step.to, true).source : context.text.slice(key.start, key.end);
  const between = context.text.slice(key.end, value.start);
  const colon = between.includes(':') && /\s$/.test(between) ? between : ': ';
  return [name + colon + memberText(context, pair.value, isRenamed ? step.patch : step)];
}

function memberText(context: Splicing, node: FileNode, patch: Patch | undefined): string {
  const { start, end } = rangeOf(context, node);
  if (!patch) return context.text.slice(start, end);
  if (patch.kind !== 'replace')
    return replaceIn(context.text, start, end, context.inside(context, node, patch));
  const quote = (node.kind === 'scalar' ? quoteOf(node) : quoteInside(node)) ?? context.style.quote;
  return renderFlow(patch.value, quote);
}

const padded = (context: Splicing, node: ListNode): boolean => {
  const first = node.items[0];
  return first?.kind === 'map' && context.text[(first.range?.start ?? 0) + 1] === ' ';
};

/** The collection with these members between its own brackets and separators. */
function assemble(
  context: Splicing,
  node: ListNode | MapNode,
  spans: readonly Span[],
  members: readonly string[],
): Replacement {
  const { start, end } = rangeOf(context, node);
  const [open, close] = node.kind === 'list' ? ['[', ']'] : ['{', '}'];
  if (context.text[start] !== open || context.text[end - 1] !== close)
    throw refuse(context.document, node, "the brackets of the collection weren't found");
  const first = spans[0];
  const last = spans.at(-1);
  if (members.length === 0) return { start, end, text: open + close };
  if (!first || !last) return { start, end, text: open + members.join(', ') + close };
  const separators = spans.slice(1).map((span, i) => context.text.slice(spans[i]?.end ?? 0, span.start));
  const lead = context.text.slice(start + 1, first.start);
  const tail = context.text.slice(last.end, end - 1);
  if ([lead, tail, ...separators].some((gap) => !/^[\s,]*$/.test(gap)))
    throw refuse(context.document, node, 'a flow collection with comments, tags or anchors inside');
  const separator = separators[0] ?? (lead.includes('\n') ? `,${lead}` : ', ');
  const body = members
    .map((member, i) => (i === 0 ? '' : (separators[i - 1] ?? separator)) + member)
    .join('');
  return { start, end, text: open + lead + body + tail + close };
}
