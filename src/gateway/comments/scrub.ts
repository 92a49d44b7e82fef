// Secrets in comments: a key that was commented out is no less a key. Everything else a comment says stays.
import { secretsIn } from '../catalog/secrets.ts';
import { type Comment, commentsOf } from '../../yaml/comments.ts';
import type { Catalog } from '../catalog/field.ts';
import type { FileDocument } from '../../domain/yaml-node.ts';
import type { Tree } from '../../lib/value.ts';
import { type Replacement, replaceIn } from '../../yaml/splice/text.ts';
import { scrubbedLine, withoutKnown } from './scrub-line.ts';
import { Outline } from './scrub-outline.ts';
import { secretListsIn } from './scrub-sections.ts';

export interface ScrubbedComments {
  readonly text: string;
  /** 1-based lines in which something was taken out. */
  readonly lines: readonly number[];
}

/**
 * Whatever is a secret anywhere in the file is taken out of every comment, whatever the comment says it is. `content` is
 * that of the document, under `catalog`.
 */
export function scrubComments(document: FileDocument, catalog: Catalog, content: Tree): ScrubbedComments {
  const { text } = document;
  const comments = commentsOf(text);
  if (comments.length === 0) return { text, lines: [] };
  const known = new Set(secretsIn(catalog.root, content));
  const longestFirst = [...known].toSorted((a, b) => b.length - a.length);
  const holdsKeys = secretListsIn(document, catalog);
  const pieces = blocksOf(comments, text).flatMap((block) => {
    const outline = new Outline(holdsKeys(block[0]?.at ?? 0));
    return block.flatMap((comment): Replacement[] => {
      const clean = scrubbedLine(withoutKnown(comment.text, longestFirst), outline);
      if (clean === comment.text) return [];
      return [{ start: comment.at, end: comment.at + comment.text.length, text: clean }];
    });
  });
  return {
    text: replaceIn(text, 0, text.length, pieces),
    lines: pieces.map(({ start }) => text.slice(0, start).split('\n').length),
  };
}

/** Comments on lines of their own that follow each other; one behind a value is alone. */
function blocksOf(comments: readonly Comment[], text: string): Comment[][] {
  const blocks: Comment[][] = [];
  let end = -1;
  for (const comment of comments) {
    const isOwnLine = /(?:^|\n)[ \t]*$/.test(text.slice(Math.max(0, comment.at - 200), comment.at));
    const goesOn = isOwnLine && end >= 0 && /^\r?\n[ \t]*$/.test(text.slice(end, comment.at));
    if (goesOn) blocks.at(-1)?.push(comment);
    else blocks.push([comment]);
    end = isOwnLine ? comment.at + comment.text.length : -1;
  }
  return blocks;
}
