// Blank lines that remain where keys were removed.
import type { FileDocument } from '../domain/yaml-node.ts';
import { type Replacement, replaceIn, valueLineEnd } from '../yaml/splice/text.ts';

/** A block scalar that keeps the blank lines after it. */
const KEEPING = /[|>]\d?\+/;

/** The text with at most one blank line in a row between the keys of the root, and none at its end. */
export function withoutGaps({ text, root }: FileDocument): string {
  if (root?.kind !== 'map' || root.flow || KEEPING.test(text)) return text;
  let from = 0;
  const gaps = root.pairs.map(({ key, value }): Replacement => {
    const [start, end] = [from, key.range?.start ?? from];
    from = Math.max(end, valueLineEnd(text, value.range?.start ?? end, value.range?.end ?? end));
    return { start, end, text: closed(text.slice(start, end)) };
  });
  const rest = closed(text.slice(from)).replace(/(?:^[ \t]*\r?\n)+$/m, '');
  return replaceIn(text, 0, text.length, [...gaps, { start: from, end: text.length, text: rest }]);
}

function closed(gap: string): string {
  return gap.replaceAll(/^(?:[ \t]*\r?\n){2,}/gm, (all) => (all.includes('\r') ? '\r\n' : '\n'));
}
