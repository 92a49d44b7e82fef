import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { messageParts } from '../../src/web/client/data/message-parts.ts';

const codeIn = (text: string): string[] =>
  messageParts(text)
    .filter(({ code }) => code)
    .map((part) => part.text);

describe('the parts of a message', () => {
  test('are code between back-ticks, and flags without them', () => {
    expect(messageParts('Run `holdfast explain PATH`, or use --allow takeover.')).toEqual([
      { text: 'Run ', code: false },
      { text: 'holdfast explain PATH', code: true },
      { text: ', or use ', code: false },
      { text: '--allow', code: true },
      { text: ' takeover.', code: false },
    ]);
  });

  test('are one piece of code for a flag between back-ticks', () => {
    expect(codeIn('Remove it with `apply --prune`.')).toEqual(['apply --prune']);
  });

  test.each(['a ` alone', 'an -option and a range 1--2', 'pre--fix', '``', ''])(
    'leave prose alone: %s',
    (text) => {
      expect(codeIn(text)).toEqual([]);
    },
  );

  test('lose nothing of the text except pairs of back-ticks', () => {
    fc.assert(
      fc.property(fc.string({ unit: fc.constantFrom('`', '-', 'a', ' ', 'x') }), (text) => {
        const joined = messageParts(text)
          .map((part) => part.text)
          .join('');
        expect(joined.replaceAll('`', '')).toBe(text.replaceAll('`', ''));
      }),
    );
  });
});
