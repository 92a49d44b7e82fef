// Wraps long lines on a terminal between words, with the continuation indented like the start. Colours don't count.
import { stripVTControlCharacters } from 'node:util';

export const visibleLength = (text: string): number => stripVTControlCharacters(text).length;
/** Lines on a narrower terminal aren't wrapped. */
const NARROWEST = 40;

export function wrapped(text: string, columns: number | undefined): string {
  if (columns === undefined || columns < NARROWEST) return text;
  return text
    .split('\n')
    .map((line) => (visibleLength(line) <= columns ? line : wrapLine(line, columns)))
    .join('\n');
}

function wrapLine(line: string, columns: number): string {
  const indent = /^ */.exec(line)?.[0] ?? '';
  const hanging = `${indent}    `;
  const lines: string[] = [];
  let current = indent;
  for (const word of line.slice(indent.length).split(/(?<=\S)(?= )/)) {
    const isFull = visibleLength(current) + visibleLength(word) > columns && current.trim() !== '';
    if (isFull) lines.push(current);
    current = isFull ? hanging + word.trimStart() : current + word;
  }
  return [...lines, current].join('\n');
}
