// Lines and replacements in a text: where an entry with its own comments begins and ends, and how pieces are
// combined. Of YAML, it knows only comment lines and indentation.

/** `start === end` inserts. Several at one position keep their order. */
export interface Replacement {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

/** From `start` to before `end`, with the replacements inside applied. */
export function replaceIn(text: string, start: number, end: number, pieces: readonly Replacement[]): string {
  let result = '';
  let at = start;
  for (const piece of pieces.toSorted((a, b) => a.start - b.start || a.end - b.end)) {
    if (piece.start < at) throw new RangeError('replacements overlap');
    result += text.slice(at, piece.start) + piece.text;
    at = piece.end;
  }
  return result + text.slice(at, end);
}

export const lineStart = (text: string, at: number): number =>
  at <= 0 ? 0 : text.lastIndexOf('\n', at - 1) + 1;

/** After the line end at or after `at`. */
export function lineEnd(text: string, at: number): number {
  const found = text.indexOf('\n', at);
  return found < 0 ? text.length : found + 1;
}

/** After the last line of a value; a value that ends with its line (a block scalar) ends there. */
export function valueLineEnd(text: string, start: number, end: number): number {
  return end > start && text[end - 1] === '\n' ? end : lineEnd(text, end);
}

export const columnOf = (text: string, at: number): number => at - lineStart(text, at);

export const lineOf = (text: string, at: number): number => {
  let line = 1;
  for (let i = text.indexOf('\n'); i >= 0 && i < at; i = text.indexOf('\n', i + 1)) line += 1;
  return line;
};

/** Whether only blanks precede `at` on its line. */
export const isFirstOnLine = (text: string, at: number): boolean =>
  /^[ \t]*$/.test(text.slice(lineStart(text, at), at));

const isComment = (line: string): boolean => /^[ \t]*#/.test(line);
const isBlank = (line: string): boolean => /^[ \t\r]*\n?$/.test(line);

/** Up over the comment lines directly above the line of `at`, not above `floor`. */
export function withHead(text: string, at: number, floor: number): number {
  let start = lineStart(text, at);
  while (start > floor) {
    const above = lineStart(text, start - 1);
    if (above < floor || !isComment(text.slice(above, start))) break;
    start = above;
  }
  return start;
}

/** Down over blank and comment lines that are indented deeper than `column`, up to the last such comment. */
export function withFoot(text: string, at: number, column: number): number {
  let end = at;
  let next = at;
  while (next < text.length) {
    const stop = lineEnd(text, next);
    const line = text.slice(next, stop);
    if (isComment(line) && line.search(/#/) > column) end = stop;
    else if (!isBlank(line)) break;
    next = stop;
  }
  return end;
}
