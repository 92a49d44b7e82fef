// Finds the marks of block collections in the text: colons, dashes, and where the lines of a node end.
import type { FileNode, ListNode, Pair } from '../../domain/yaml-node.ts';
import { rangeOf } from './context.ts';
import { valueLineEnd } from './text.ts';

/** After the last line of a node, including its own end-of-line comment. */
export function endOfLines(text: string, node: FileNode): number {
  const { start, end } = rangeOf(node);
  return valueLineEnd(text, start, end);
}

/** Offset after the colon of a pair. */
export function colonAfter(text: string, { key }: Pair): number | undefined {
  const { end } = rangeOf(key);
  const gap = /^[ \t]*:/.exec(text.slice(end))?.[0];
  return gap === undefined ? undefined : end + gap.length;
}

/**
 * Offsets of the dashes, up to the first that isn't found. The first can follow another dash; then only the content
 * of its items can be edited.
 */
export function dashesOf(text: string, list: ListNode): number[] {
  const dashes: number[] = [];
  let from = rangeOf(list).start;
  for (const item of list.items) {
    const dash = nextDash(text, from);
    if (dash === undefined || dash > rangeOf(item).start) break;
    from = Math.max(endOfLines(text, item), dash + 1);
    dashes.push(dash);
  }
  return dashes;
}

function nextDash(text: string, from: number): number | undefined {
  const gap = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*-(?=\s)/.exec(text.slice(from, from + 4096));
  const whole = gap ?? /^(?:[ \t]*(?:#[^\n]*)?\r?\n)*[ \t]*-(?=\s)/.exec(text.slice(from));
  return whole ? from + whole[0].length - 1 : undefined;
}
