import { describe, expect, test } from '@jest/globals';
import * as fc from 'fast-check';
import { unifiedDiff } from '../../../src/report/text/diff.ts';

const text = (lines: readonly string[]): string => lines.map((line) => `${line}\n`).join('');

describe('a unified diff', () => {
  test('is nothing for equal texts', () => expect(unifiedDiff('a\n', 'a\n', 'f')).toBe(''));

  test('shows changed lines with three around them', () => {
    const before = ['1', '2', '3', '4', '5', '6', '7', '8', '9', '10', '11', '12'];
    const after = ['1', '2', '3', '4', 'five', '6', '7', '8', '9', '10', '11', '12', '13'];
    expect(unifiedDiff(text(before), text(after), 'f')).toBe(
      '--- a/f\n+++ b/f\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n@@ -10,3 +10,4 @@\n 10\n 11\n 12\n+13\n',
    );
  });

  test('contains both texts: kept and removed lines are one, kept and added lines the other', () => {
    const lines = fc.array(fc.constantFrom('a', 'b', 'c'), { maxLength: 9 });
    fc.assert(
      fc.property(lines, lines, (before, after) => {
        fc.pre(text(before) !== text(after));
        const far = [...before, ...after].length <= 7; // all in one hunk
        fc.pre(far);
        const body = unifiedDiff(text(before), text(after), 'f').split('\n').slice(3, -1);
        const of = (marks: string): string[] =>
          body.filter((line) => marks.includes(line[0] ?? '?')).map((line) => line.slice(1));
        const changed = (side: readonly string[], shown: readonly string[]): boolean =>
          side.join('').includes(shown.join(''));
        expect(changed(before, of(' -'))).toBe(true);
        expect(changed(after, of(' +'))).toBe(true);
      }),
    );
  });
});
