// Folded texts (`>`) after the gateway printed them: its encoder adds a blank line before indented lines and after
// kept line ends, so such a text grows with every save.
import type { FileNode, MapNode, Pair, ScalarNode } from '../../domain/yaml-node.ts';
import { NO_COMMENTS } from '../../yaml/comments.ts';
import { parseDocument } from '../../yaml/document.ts';
import { printDocument } from '../../yaml/print.ts';

/** The tree as it is parsed from its own output; the same nodes if nothing is folded. */
export function asReadBack<T extends FileNode>(node: T): T;
export function asReadBack(node: FileNode): FileNode {
  if (node.kind === 'scalar') return node.style === 'folded' ? readBack(node) : node;
  if (node.kind === 'list') {
    const items = shared(node.items, asReadBack);
    return items === node.items ? node : { ...node, items };
  }
  if (node.kind !== 'map') return node;
  const pairs = shared(node.pairs, pairReadBack);
  return pairs === node.pairs ? node : { ...node, pairs };
}

function pairReadBack(pair: Pair): Pair {
  const value = asReadBack(pair.value);
  return value === pair.value ? pair : { ...pair, value };
}

/** The same list where no element changes. */
function shared<T>(list: readonly T[], change: (each: T) => T): readonly T[] {
  let changed: T[] | undefined;
  for (const [i, each] of list.entries()) {
    const made = change(each);
    if (made !== each) (changed ??= [...list])[i] = made;
  }
  return changed ?? list;
}

function readBack(node: ScalarNode): ScalarNode {
  const alone: ScalarNode = { kind: 'scalar', comments: NO_COMMENTS, text: node.text, style: node.style };
  const key: ScalarNode = { ...alone, text: 'text', style: 'plain' };
  const root: MapNode = { kind: 'map', comments: NO_COMMENTS, flow: false, pairs: [{ key, value: alone }] };
  const parsed = parseDocument(printDocument(root));
  const value = 'root' in parsed && parsed.root?.kind === 'map' ? parsed.root.pairs[0]?.value : undefined;
  return value?.kind === 'scalar' && value.text !== node.text ? { ...node, text: value.text } : node;
}
