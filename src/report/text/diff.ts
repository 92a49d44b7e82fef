// Two texts as a unified diff. Knows nothing of what they say.
import { createTwoFilesPatch, FILE_HEADERS_ONLY } from 'diff';
import type { Style } from './style.ts';

const CONTEXT = 3;

/** Empty where the texts are equal. */
export function unifiedDiff(before: string, after: string, file: string): string {
  if (before === after) return '';
  return createTwoFilesPatch(`a/${file}`, `b/${file}`, before, after, undefined, undefined, {
    context: CONTEXT,
    headerOptions: FILE_HEADERS_ONLY,
  });
}

export function colouredDiff(diff: string, { good, bad }: Style): string {
  const paint = (line: string): string =>
    line.startsWith('+') ? good(line) : line.startsWith('-') ? bad(line) : line;
  return diff.split('\n').map(paint).join('\n');
}
