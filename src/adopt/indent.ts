// Restores the indentation of comments: the gateway moves comment lines to the left edge with every write of its
// file (C v0 §2.3).
import { commentsOf } from '../yaml/comments.ts';
import { type Replacement, replaceIn } from '../yaml/splice/text.ts';

/** Comment lines at the left edge, moved to the column of the line below them. */
export function indentComments(text: string): string {
  const lines = commentsOf(text).filter(({ at }) => isAtEdge(text, at));
  const pieces = lines.flatMap(({ at }): Replacement[] => {
    const column = columnBelow(text, at);
    return column === 0 ? [] : [{ start: at, end: at, text: ' '.repeat(column) }];
  });
  return replaceIn(text, 0, text.length, pieces);
}

const isAtEdge = (text: string, at: number): boolean => at === 0 || text[at - 1] === '\n';

/** Of the next line with content; 0 if there is none. */
function columnBelow(text: string, at: number): number {
  const below = /^(?:[ \t]*(?:#[^\n]*)?\r?\n)+( *)[^\s#]/.exec(text.slice(at));
  return below?.[1]?.length ?? 0;
}
