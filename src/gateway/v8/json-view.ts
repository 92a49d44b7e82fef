// A node as the gateway's JSON shows it (C v8 §4.2, §4.9): scalars decoded without a type, so that unquoted dates
// and numbers change their spelling; members sorted.
import { resolveScalar } from '../../yaml/resolve.ts';
import { writeJson } from '../v7/json-text.ts';
import type { Node, Scalar } from './tree.ts';

/**
 * JSON can't express it: a key that isn't text, or a number that isn't finite. The gateway's response is then empty.
 */
class Unencodable extends Error {}

/** Undefined: the body is empty. */
export function jsonOf(node: Node): string | undefined {
  try {
    return text(node);
  } catch (thrown) {
    if (thrown instanceof Unencodable) return undefined;
    throw thrown;
  }
}

function text(node: Node): string {
  if (node.kind === 'scalar') return scalarText(node);
  if (node.kind === 'list') return `[${node.items.map(text).join(',')}]`;
  const members = node.pairs.map(({ key, value }) => {
    if (resolveScalar(key)?.type !== 'str') throw new Unencodable();
    return [key.text, text(value)] as const;
  });
  const sorted = members.toSorted(([a], [b]) => (a < b ? -1 : 1));
  return `{${sorted.map(([name, value]) => `${writeJson(name)}:${value}`).join(',')}}`;
}

function scalarText(node: Scalar): string {
  const resolved = resolveScalar(node);
  if (!resolved || resolved.type === 'null') return 'null';
  if (resolved.type === 'int' && /^(?:0|-?[1-9]\d*)$/.test(node.text)) return node.text;
  if (typeof resolved.value === 'number' && !Number.isFinite(resolved.value)) throw new Unencodable();
  return writeJson(resolved.value);
}

/** What distinguishes two decoded values, their types included; absent and null are the same. */
export function fingerprint(node: Node | undefined): string {
  if (!node) return 'nil';
  if (node.kind !== 'scalar') return `${node.kind} ${jsonOf(node) ?? ''}`;
  const resolved = resolveScalar(node);
  return !resolved || resolved.type === 'null' ? 'nil' : `${resolved.type} ${String(resolved.value)}`;
}
