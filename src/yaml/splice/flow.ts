// Edits inside flow collections (`[a, b]`, `{ a: 1 }`): members keep their source text, and separators are kept if
// the number of members allows it. Comments inside a flow collection can't be kept, so the check refuses such
// collections.
import type { FileNode, ListNode, MapNode, Pair } from '../../domain/yaml-node.ts';
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
  const quote = quoteInside(list) ?? context.style.quote;
  const members = steps.map((step) =>
    isOld(step)
      ? memberText(context, list.items[step.from] as FileNode, step.patch)
      : renderFlow(step.value, quote, padded(context, list)),
  );
  return assemble(context, list, members);
}

export function spliceFlowMap(
  context: Splicing,
  map: MapNode,
  keys: ReadonlyMap<string, KeyStep>,
): Replacement {
  const quote = quoteInside(map) ?? context.style.quote;
  const known = new Set(map.pairs.map((pair) => pair.key.text));
  const kept = map.pairs.flatMap((pair) => pairText(context, pair, keys.get(pair.key.text)));
  const added = [...keys].flatMap(([name, step]) =>
    known.has(name) || step.kind !== 'replace' ? [] : [flowPair(name, step.value, quote)],
  );
  return assemble(context, map, [...kept, ...added]);
}

const flowPair = (name: string, value: Value, quote: 'plain' | 'single' | 'double'): string =>
  `${writeKey(name, true).source}: ${renderFlow(value, quote)}`;

function spanOf(pair: Pair): Span {
  const { start, end } = rangeOf(pair.key);
  return { start, end: Math.max(end, rangeOf(pair.value).end) };
}

function pairText(context: Splicing, pair: Pair, step: KeyStep | undefined): string[] {
  if (step?.kind === 'remove') return [];
  const key = rangeOf(pair.key);
  const value = rangeOf(pair.value);
  const isRenamed = step?.kind === 'rename';
  const name = isRenamed ? writeKey(step.to, true).source : context.text.slice(key.start, key.end);
  const between = context.text.slice(key.end, value.start);
  const colon = between.includes(':') && /\s$/.test(between) ? between : ': ';
  return [name + colon + memberText(context, pair.value, isRenamed ? step.patch : step)];
}

function memberText(context: Splicing, node: FileNode, patch: Patch | undefined): string {
  const { start, end } = rangeOf(node);
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

export const spansOf = (node: ListNode | MapNode): readonly Span[] =>
  node.kind === 'list' ? node.items.map(rangeOf) : node.pairs.map(spanOf);

export const bracketsOf = ({ kind }: ListNode | MapNode): readonly [string, string] =>
  kind === 'list' ? ['[', ']'] : ['{', '}'];

/** The texts before, between and after the members. */
export function gapsOf(text: string, node: ListNode | MapNode, spans: readonly Span[]): string[] {
  const { start, end } = rangeOf(node);
  const starts = [...spans.map((span) => span.start), end - 1];
  return starts.map((to, i) => text.slice(i === 0 ? start + 1 : spans[i - 1]?.end, to));
}

/** The collection with these members between its own brackets and separators. */
function assemble(context: Splicing, node: ListNode | MapNode, members: readonly string[]): Replacement {
  const spans = spansOf(node);
  const { start, end } = rangeOf(node);
  const [open, close] = bracketsOf(node);
  if (members.length === 0) return { start, end, text: open + close };
  if (spans.length === 0) return { start, end, text: open + members.join(', ') + close };
  const [lead = '', ...separators] = gapsOf(context.text, node, spans);
  const tail = separators.pop() ?? '';
  const separator = separators[0] ?? (lead.includes('\n') ? `,${lead}` : ', ');
  const body = members
    .map((member, i) => (i === 0 ? '' : (separators[i - 1] ?? separator)) + member)
    .join('');
  return { start, end, text: open + lead + body + tail + close };
}
