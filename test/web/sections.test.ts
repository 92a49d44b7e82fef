// The changes of a plan in sections, and the two sides of a section beside each other.
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { sideBySide, sizeText } from '../../src/web/client/target-page/configuration/sides.ts';
import { chosenOf, sectionsOf, tallyText } from '../../src/web/client/target-page/plan/sections.ts';
import { aChange } from '../support/build-plan.ts';

const CHANGES = [
  aChange({ id: 'c1', path: 'request-retry' }),
  aChange({ id: 'c2', path: 'api-keys[#1a2b3c4d]', kind: 'remove' }),
  aChange({ id: 'c3', path: 'api-keys[#5e6f7a8b]', kind: 'add', origin: 'drift' }),
  aChange({ id: 'c4', path: 'debug', origin: 'both' }),
];

const ids = (changes: readonly { readonly id: string }[]): string[] => changes.map(({ id }) => id);

describe('changes', () => {
  test('are grouped by top-level key, scalars together', () => {
    expect(sectionsOf(CHANGES).map(([name, members]) => [name, ids(members)])).toEqual([
      ['', ['c1', 'c4']],
      ['api-keys', ['c2', 'c3']],
    ]);
    expect(tallyText(CHANGES)).toBe('1 to add, 2 to update, 1 to remove');
  });

  test('are chosen by words of the path, and by the side that changed', () => {
    expect(ids(chosenOf(CHANGES, 'API 1a', 'all'))).toEqual(['c2']);
    expect(ids(chosenOf(CHANGES, '', 'gateway'))).toEqual(['c3', 'c4']);
    expect(ids(chosenOf(CHANGES, '', 'files'))).toEqual(['c1', 'c2', 'c4']);
  });
});

const lines = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { maxLength: 12 });

describe('two sides', () => {
  test('keep each side in order and complete, and share a row only where both are equal', () => {
    fc.assert(
      fc.property(lines, lines, (left, right) => {
        const asLines = (texts: readonly string[]): { text: string }[] => texts.map((text) => ({ text }));
        const rows = sideBySide(asLines(left), asLines(right));
        const side = (name: 'left' | 'right'): string[] => rows.flatMap((row) => row[name]?.text ?? []);
        expect([side('left'), side('right')]).toEqual([left, right]);
        for (const row of rows) if (row.same) expect(row.left?.text).toBe(row.right?.text);
      }),
    );
  });

  test.each([
    [[1, 2], '2 entries'],
    [[1], '1 entry'],
    [{ a: 1 }, '1 key'],
    [{ $secret: '1a2b3c4d' }, undefined],
    [5, undefined],
  ])('%j is %s large', (value, text) => {
    expect(sizeText(value)).toBe(text);
  });
});
