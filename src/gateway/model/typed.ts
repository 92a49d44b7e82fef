// Values of the file that memory holds without their type: dates are texts there, floats and large integers numbers. The
// gateway's encoder writes them as what they are.
import type { FileNode, ScalarNode } from '../../domain/yaml-node.ts';
import { resolveScalar } from '../../yaml/resolve.ts';
import { floatText, type Made } from './generate.ts';

type Types = ReadonlyMap<string, { readonly text: string; readonly type: 'int' | 'float' | 'time' }>;

/** By the text that rendered memory has for the value. */
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
