// How the saver spells what memory has as plain values. It saves settings of plugins as they were sent. For
// parameters of payload rules, the file determines the type: in memory, dates are texts, and floats and large
// integers are numbers.
import type { FileNode, ScalarNode } from '../../domain/yaml-node.ts';
import { resolveScalar } from '../../yaml/resolve.ts';
import { floatText, type Made } from './generate.ts';

/** By path, joined by NUL: the text of each scalar; for texts, that they were sent. */
export type Sent = ReadonlyMap<string, string | undefined>;

export const placeOf = (names: readonly string[]): string => names.join('\0');

/** Rendered memory with the scalars in the spelling in which they were sent. */
export function asSent(made: Made, sent: Sent, at: readonly string[] = []): Made {
  if (made.kind === 'map') {
    const pairs = [...made.pairs].map(([name, each]) => [name, asSent(each, sent, [...at, name])] as const);
    return { ...made, pairs: new Map(pairs) };
  }
  if (made.kind === 'list')
    return { kind: 'list', items: made.items.map((item, i) => asSent(item, sent, [...at, String(i)])) };
  if (!sent.has(placeOf(at))) return made;
  return { ...made, text: sent.get(placeOf(at)) ?? made.text, sent: true };
}

type Types = ReadonlyMap<string, { readonly text: string; readonly type: 'int' | 'float' | 'time' }>;

/** By the text of the value in rendered memory. */
export function typesIn(root: FileNode): Types {
  const found = new Map<string, { readonly text: string; readonly type: 'int' | 'float' | 'time' }>();
  const walk = (node: FileNode): void => {
    if (node.kind === 'list') node.items.forEach(walk);
    else if (node.kind === 'map') for (const { value } of node.pairs) walk(value);
    else if (node.kind === 'scalar') note(node);
  };
  const note = (node: ScalarNode): void => {
    const read = resolveScalar(node);
    if (read?.type === 'time') found.set(`str ${read.value}`, { text: read.value, type: 'time' });
    else if (read?.type === 'float')
      found.set(`number ${read.value}`, { text: floatText(read.value), type: 'float' });
    else if (read?.type === 'int' && !Number.isSafeInteger(read.value) && /^[-+]?\d+$/.test(node.text))
      found.set(`number ${read.value}`, { text: String(BigInt(node.text)), type: 'int' });
  };
  walk(root);
  return found;
}

export function asTyped(made: Made, types: Types): Made {
  if (types.size === 0) return made;
  if (made.kind === 'map')
    return { ...made, pairs: new Map([...made.pairs].map(([name, each]) => [name, asTyped(each, types)])) };
  if (made.kind === 'list') return { kind: 'list', items: made.items.map((item) => asTyped(item, types)) };
  if (!made.free) return made;
  const known = types.get(made.type === 'str' ? `str ${made.text}` : `number ${Number(made.text)}`);
  return known ? { ...made, ...known } : made;
}
