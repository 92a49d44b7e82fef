// Two texts as a unified diff. Knows nothing of their content.

const CONTEXT = 3;

type Line = readonly [mark: ' ' | '-' | '+', text: string];

/** Empty if the texts are equal. */
export function unifiedDiff(before: string, after: string, file: string): string {
  if (before === after) return '';
  const lines = compare(linesOf(before), linesOf(after));
  const hunks = hunksOf(lines).map((hunk) => hunkText(lines, hunk));
  return `--- a/${file}\n+++ b/${file}\n${hunks.join('')}`;
}

function linesOf(text: string): readonly string[] {
  const lines = text.split('\n');
  return lines.at(-1) === '' ? lines.slice(0, -1) : lines;
}

/** Removes common lines at both ends; between them, the longest common subsequence stays. */
function compare(before: readonly string[], after: readonly string[]): readonly Line[] {
  const shorter = Math.min(before.length, after.length);
  let head = 0;
  while (head < shorter && before[head] === after[head]) head += 1;
  let tail = 0;
  while (tail < shorter - head && before.at(-1 - tail) === after.at(-1 - tail)) tail += 1;
  const middle = between(before.slice(head, before.length - tail), after.slice(head, after.length - tail));
  const same = (texts: readonly string[]): Line[] => texts.map((text): Line => [' ', text]);
  return [...same(before.slice(0, head)), ...middle, ...same(before.slice(before.length - tail))];
}

/** Beyond this, the table would need too much memory. */
const MOST_CELLS = 16_000_000;

function between(before: readonly string[], after: readonly string[]): readonly Line[] {
  const width = after.length + 1;
  if ((before.length + 1) * width > MOST_CELLS)
    return [...before.map((text): Line => ['-', text]), ...after.map((text): Line => ['+', text])];
  const common = new Uint32Array((before.length + 1) * width);
  const at = (i: number, j: number): number => common[i * width + j] ?? 0;
  for (let i = before.length - 1; i >= 0; i -= 1)
    for (let j = after.length - 1; j >= 0; j -= 1)
      common[i * width + j] =
        before[i] === after[j] ? at(i + 1, j + 1) + 1 : Math.max(at(i + 1, j), at(i, j + 1));
  const lines: Line[] = [];
  let [i, j] = [0, 0];
  while (i < before.length || j < after.length) {
    const [left, right] = [before[i], after[j]];
    if (left !== undefined && left === right) {
      lines.push([' ', left]);
      [i, j] = [i + 1, j + 1];
    } else if (left !== undefined && (right === undefined || at(i + 1, j) >= at(i, j + 1))) {
      lines.push(['-', left]);
      i += 1;
    } else if (right !== undefined) {
      lines.push(['+', right]);
      j += 1;
    }
  }
  return lines;
}

interface Hunk {
  readonly start: number;
  readonly end: number;
}

function hunksOf(lines: readonly Line[]): readonly Hunk[] {
  const hunks: Hunk[] = [];
  for (const [i, [mark]] of lines.entries()) {
    if (mark === ' ') continue;
    const last = hunks.at(-1);
    const [start, end] = [Math.max(0, i - CONTEXT), Math.min(lines.length, i + CONTEXT + 1)];
    if (last && start <= last.end) hunks[hunks.length - 1] = { start: last.start, end };
    else hunks.push({ start, end });
  }
  return hunks;
}

function hunkText(lines: readonly Line[], { start, end }: Hunk): string {
  const count = (from: number, to: number, not: '-' | '+'): number =>
    lines.slice(from, to).filter(([mark]) => mark !== not).length;
  const range = (not: '-' | '+'): string => {
    const size = count(start, end, not);
    return `${count(0, start, not) + (size === 0 ? 0 : 1)},${size}`;
  };
  const body = lines.slice(start, end).map(([mark, text]) => `${mark}${text}\n`);
  return `@@ -${range('+')} +${range('-')} @@\n${body.join('')}`;
}
