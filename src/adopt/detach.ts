// Comments between a nested block that stays and a key that is omitted. The gateway moves comment lines to the left
// edge and drops blank lines with every write of its file (C v0 §2.3), so such a comment may be about the block. It
// stays.
import type { FileDocument, FileNode, Pair } from '../domain/yaml-node.ts';
import type { Patch } from '../yaml/splice/patch.ts';
import {
  columnOf,
  lineStart,
  type Replacement,
  replaceIn,
  valueLineEnd,
  withHead,
} from '../yaml/splice/text.ts';

/** The text with a blank line below each such comment, so that it isn't removed with the key that `patch` removes. */
export function detachComments({ text, root }: FileDocument, patch: Patch | undefined): string {
  return patch && root ? replaceIn(text, 0, text.length, breaksIn(text, root, patch)) : text;
}

function breaksIn(text: string, node: FileNode, patch: Patch): Replacement[] {
  if (node.kind !== 'map' || node.flow || patch.kind !== 'map') return [];
  return node.pairs.flatMap((pair, i) => {
    const step = patch.keys.get(pair.key.text);
    if (step?.kind !== 'remove') return step?.kind === 'map' ? breaksIn(text, pair.value, step) : [];
    const before = node.pairs[i - 1];
    if (!before) return [];
    const stays = patch.keys.get(before.key.text)?.kind !== 'remove';
    const found = stays ? breakBetween(text, before, pair) : [];
    return found.length > 0 ? found : breakBelowExample(text, before, pair);
  });
}

/** A key that somebody commented out is about itself, not about the key below it. */
const COMMENTED_OUT = /^[ \t]*#[ \t]*(?:- )?[\w."'-]+:(?:[ \t]|\r?$)/m;

function breakBelowExample(text: string, { value }: Pair, { key }: Pair): Replacement[] {
  if (!value.range || !key.range) return [];
  const end = valueLineEnd(text, value.range.start, value.range.end);
  const start = lineStart(text, key.range.start);
  const comments = withHead(text, key.range.start, end);
  return COMMENTED_OUT.test(text.slice(comments, start)) ? [breakAt(text, start)] : [];
}

const breakAt = (text: string, start: number): Replacement => ({
  start,
  end: start,
  text: text[start - 2] === '\r' ? '\r\n' : '\n',
});

function breakBetween(text: string, { key: above, value }: Pair, { key }: Pair): Replacement[] {
  if (!above.range || !value.range || !key.range) return [];
  const end = valueLineEnd(text, value.range.start, value.range.end);
  const start = lineStart(text, key.range.start);
  const isNested = lineStart(text, value.range.end - 1) > above.range.start;
  const comments = withHead(text, key.range.start, end);
  if (!isNested || comments === start || comments !== end) return [];
  const column = columnOf(text, comments + text.slice(comments).search(/#/));
  const isAligned = column > 0 && column === columnOf(text, key.range.start);
  return isAligned ? [] : [breakAt(text, start)];
}
