import fc from 'fast-check';
import { expect, test } from '@jest/globals';
import { Parser } from 'yaml';
import { commentsIn, commentsOf } from '../../src/yaml/comments.ts';

const parts = fc.constantFrom(
  '# one\n',
  ' # two',
  '#',
  'a: ',
  'b:\n',
  '- ',
  '\n',
  '  ',
  'x',
  '"# in"',
  "'it''s # in'",
  '|\n',
  '>-\n',
  '{',
  '}',
  '[',
  ', ',
  ']',
  '---\n',
  '...\n',
  '--- |\n',
  '&a ',
  '*a',
  '!!str ',
  '\t',
  '\r\n',
  '\uFEFF',
  '"open',
  '%YAML 1.2\n',
);

test('the lexer finds the comments of the syntax tree, in text that is broken too', () => {
  fc.assert(
    fc.property(fc.array(parts, { maxLength: 30 }), (words) => {
      const text = words.join('');
      expect(commentsOf(text)).toEqual([...new Parser().parse(text)].flatMap(commentsIn));
    }),
    { numRuns: 2000 },
  );
});

test('a text in a block is no comment', () => {
  const text = 'a: |\n  # in\n# out\nb: 1 # beside\n';
  expect(commentsOf(text)).toEqual([
    { at: 12, text: '# out' },
    { at: 23, text: '# beside' },
  ]);
  expect(commentsOf('--- |\n# in\n')).toEqual([]);
});
