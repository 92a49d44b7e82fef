// Rule S: which item of the file's list becomes which item of memory's (C v0 §6.2). The identity is the saver's own,
// not the catalog's: two entries with the same api-key are the same to it (N7).
import type { FileNode, MapNode } from '../../domain/yaml-node.ts';
import { type Made, type MadeMap, toNode } from './generate.ts';
import { trim } from './rules.ts';

const NAMES = ['id', 'name', 'alias', 'api-key', 'api_key', 'apikey', 'key', 'provider', 'model'];

/** For each new item, the item of the file it is merged onto; each is used once, the first match. */
export function matchItems(old: readonly FileNode[], fresh: readonly Made[]): (FileNode | undefined)[] {
  if (old.length === 0) return fresh.map(() => undefined);
  const waiting = new Map<string, number[]>();
  old.forEach((node, index) => {
    const identity = identityOf(node);
    if (identity !== '') waiting.set(identity, [...(waiting.get(identity) ?? []), index]);
  });
  for (const queue of waiting.values()) queue.reverse();
  const used = new Set<number>();
  return fresh.map((item) => {
    const index = pick(item, old, waiting, used);
    if (index === undefined) return undefined;
    used.add(index);
    return old[index];
  });
}

function pick(
  item: Made,
  old: readonly FileNode[],
  waiting: ReadonlyMap<string, number[]>,
  used: ReadonlySet<number>,
): number | undefined {
  const identity = identityOf(item);
  if (identity !== '') return waiting.get(identity)?.pop();
  const node = toNode(item);
  const index = old.findIndex((candidate, i) => !used.has(i) && sameStructure(candidate, node));
  return index < 0 ? undefined : index;
}

/** `map name=value`, `scalar text`; empty: only equal structure matches. */
function identityOf(item: FileNode | Made): string {
  if (item.kind === 'scalar') {
    const text = trim(item.text);
    return text === '' ? '' : `scalar ${text}`;
  }
  if (item.kind !== 'map') return '';
  const scalars = new Map<string, string>();
  for (const { name, text } of scalarsIn(item)) if (!scalars.has(name)) scalars.set(name, text);
  const named = NAMES.find((name) => (scalars.get(name) ?? '') !== '');
  if (named !== undefined) return `map ${named}=${scalars.get(named)}`;
  const first = scalarsIn(item).find(({ text }) => text !== '');
  return first ? `map ${first.name}=${first.text}` : '';
}

function scalarsIn({
  pairs,
}: MapNode | MadeMap): readonly { readonly name: string; readonly text: string }[] {
  const members = Array.isArray(pairs)
    ? (pairs as MapNode['pairs']).map(({ key, value }) => [key.text, value] as const)
    : [...(pairs as MadeMap['pairs'])];
  return members.flatMap(([name, value]) =>
    value.kind === 'scalar' ? [{ name: trim(name).toLowerCase(), text: trim(value.text) }] : [],
  );
}

function sameStructure(a: FileNode, b: FileNode): boolean {
  if (a.kind === 'scalar') return b.kind === 'scalar' && trim(a.text) === trim(b.text);
  if (a.kind === 'list')
    return (
      b.kind === 'list' &&
      a.items.length === b.items.length &&
      a.items.every((item, i) => sameStructure(item, b.items[i] as FileNode)) // as many items
    );
  if (a.kind !== 'map' || b.kind !== 'map' || a.pairs.length !== b.pairs.length) return false;
  return a.pairs.every(({ key, value }, i) => {
    const other = b.pairs[i] as MapNode['pairs'][number]; // as many pairs
    return sameStructure(key, other.key) && sameStructure(value, other.value);
  });
}
