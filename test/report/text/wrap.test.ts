import { stripVTControlCharacters } from 'node:util';
import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { COLOURED } from '../../../src/report/text/style.ts';
import { wrapped } from '../../../src/report/text/wrap.ts';

describe('long lines on a terminal', () => {
  test('are broken between words and continued with the same indentation', () => {
    const text = `  1. PUT /v0/management/config.yaml\n     a reason that is too long for the terminal it is shown on`;
    expect(wrapped(text, 44)).toBe(
      '  1. PUT /v0/management/config.yaml\n     a reason that is too long for the\n         terminal it is shown on',
    );
  });

  test('colours do not count', () => {
    const short = COLOURED.bad('x'.repeat(40));
    expect(wrapped(short, 40)).toBe(short);
  });

  test('a pipe gets the lines whole', () => {
    expect(wrapped('word '.repeat(100), undefined)).toBe('word '.repeat(100));
  });

  test('no word is lost, and no line is longer than its longest word asks for', () => {
    fc.assert(
      fc.property(
        fc.array(fc.stringMatching(/^[a-z]{1,12}$/), { minLength: 1 }),
        fc.integer({ min: 40, max: 90 }),
        (words, columns) => {
          const text = wrapped(`    ${words.join(' ')}`, columns);
          expect(text.split(/\s+/).filter(Boolean)).toEqual(words);
          for (const line of text.split('\n'))
            expect(stripVTControlCharacters(line).length).toBeLessThanOrEqual(columns);
        },
      ),
    );
  });
});
