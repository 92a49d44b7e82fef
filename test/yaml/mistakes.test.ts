// Mistakes in YAML, each reported at its position and by its cause. No message contains a value.
import { describe, expect, test } from '@jest/globals';
import { readYaml } from '../../src/yaml/strict.ts';

const INDENT = 'This line is indented by';
const COLON = 'This line has no colon';

const TABLE: readonly (readonly [what: string, text: string, place: string, message: string])[] = [
  [
    'a member too far in',
    'x:\n  - name: s3cret\n      base-url: y\n',
    '3:7',
    `${INDENT} 6 spaces where 4 would match`,
  ],
  [
    'a member one too far in',
    'x:\n  - name: s3cret\n     base-url: y\n',
    '3:6',
    `${INDENT} 5 spaces where 4 would match`,
  ],
  [
    'a member one too far out',
    'x:\n  - name: s3cret\n   base-url: y\n',
    '3:4',
    `${INDENT} 3 spaces where 0 or 4 would match`,
  ],
  [
    'a member between two levels',
    'a:\n    b: s3cret\n  c: 2\n',
    '3:3',
    `${INDENT} 2 spaces where 0 or 4 would match`,
  ],
  [
    'a key of the top further in',
    'debug: true\n  retry: s3cret\n',
    '2:3',
    `${INDENT} 2 spaces where 0 would match`,
  ],
  [
    'behind a comment and an empty line',
    'debug: true\n# a\n\n  retry: s3cret\n',
    '4:3',
    `${INDENT} 2 spaces`,
  ],
  ['in lines that end in CRLF', 'debug: true\r\n  retry: s3cret\r\n', '2:3', `${INDENT} 2 spaces`],
  [
    'a sibling below a value',
    'routing:\n  strategy: rr\n    session: 1\n',
    '3:5',
    `${INDENT} 4 spaces where 2 would match`,
  ],
  [
    'an item too far out',
    'a:\n    - s3cret\n  - b\n',
    '3:3',
    'This item is indented by 2 spaces where 4 would match',
  ],
  [
    'an item too far in',
    'x:\n  - name: a\n    - name: b\n',
    '3:5',
    'This item is indented by 4 spaces where 2 would match',
  ],
  [
    'a line of a text too far out',
    'a: |\n   s3cret\n  y\nb: 1\n',
    '3:3',
    'This line of a text is indented less',
  ],
  ['a tab', 'a:\n\tb: s3cret\n', '2:1', 'A tab is used for indentation'],
  ['a tab among blanks', 'a:\n  b: 1\n\tc: s3cret\n', '3:1', 'A tab is used for indentation'],
  ['no blank after a colon', 'debug: true\nretry:s3cret\n', '2:7', 'A space is missing after the colon'],
  ['the same above another key', 'retry:s3cret\ndebug: true\n', '1:7', 'A space is missing after the colon'],
  [
    'the same in a mapping',
    'routing:\n  strategy:rr\n  x: 1\n',
    '2:12',
    'A space is missing after the colon',
  ],
  ['the same in an entry', 'x:\n  - name:s3cret\n    y: 1\n', '2:10', 'A space is missing after the colon'],
  ['the same in the only line', 'retry:s3cret\n', '1:7', 'A space is missing after the colon'],
  ['no blank after a dash', 'a:\n  - s3cret\n  -b\n', '3:4', 'A space is missing after the dash'],
  ['no colon', 'debug: true\ns3cret\nx: 1\n', '2:1', COLON],
  ['no colon below a list', 'a:\n  - b\ns3cret\n', '3:1', COLON],
  ['an equals sign', 'debug=s3cret\nx: 1\n', '1:6', 'An "=" is in a place where a colon is expected'],
  ['a colon in a value', 'name: s3cret: b\n', '1:7', 'The value holds ": "'],
  ['a colon in an item', 'a:\n  - s3cret: b: c\n', '2:13', 'The value holds ": "'],
  [
    'an open double quote',
    'a: 1\nb: "s3cret\nc: 1\nd: 2\n',
    '2:4',
    "The double quote that begins here isn't closed",
  ],
  ['an open single quote', "a: 'x'\nb: 's3cret\n", '2:4', "The single quote that begins here isn't closed"],
  ['text behind a quote', 'a: "x" s3cret\n', '1:8', 'Text follows a closing quote'],
  ['a quote in quotes', "a: 'it's s3cret'\n", '1:8', 'Text follows a closing quote'],
  ['a backslash', 'a: "C:\\dir"\n', '1:7', 'A backslash in double quotes'],
  ['an open bracket', 'a: [s3cret, 2\nb: 3\n', '1:4', 'The "[" that begins here isn\'t closed'],
  ['an open brace', 'a: {b: s3cret\nc: 2\n', '1:4', 'The "{" that begins here isn\'t closed'],
  [
    'an open bracket within others',
    'a: {b: [s3cret\nc: 2\n',
    '1:8',
    'The "[" that begins here isn\'t closed',
  ],
  ['a bracket too many', 'a: [s3cret]]\n', '1:12', '"]" has no matching opening character'],
  ['the wrong bracket', 'a: [s3cret}\n', '1:11', '"}" is in a place where "]" is expected'],
  ['no comma', 'a: {b: s3cret c: 2}\n', '1:8', 'A comma is missing'],
  ['a reference in brackets', 'a: [${env:X}]\n', '1:5', 'A reference in brackets or braces has no quotes'],
  ['a list in the line of its key', 'a: - s3cret\n', '1:4', 'A list begins on the same line as its key'],
  [
    'an item that is indented further than the others',
    'a:\n- s3cret\n - b\n',
    '3:2',
    'This line begins with "- ", but belongs to the text of the line above',
  ],
  ['an item among keys', 'a: 1\n- s3cret\n', '2:1', 'A list item is in a place where a key is expected'],
  ['a key among items', '- s3cret\nb: 1\n', '2:1', 'A key is in a place where a list item is expected'],
  ['an at sign', 'a: @s3cret\n', '1:4', 'A value can\'t begin with "@"'],
  ['a backtick', 'a: `s3cret`\n', '1:4', 'A value can\'t begin with "`"'],
  ['a percent sign', 'a: %s3cret\n', '1:4', 'A value can\'t begin with "%"'],
  ['an unknown tag', 'a: !s3cret y\n', '1:4', "This YAML tag isn't supported"],
  ['an alias of nothing', 'a: *s3cret\n', '1:4', 'An alias'],
  ['two anchors', 'a: &s3cret &y 1\n', '1:12', 'A value has two anchors'],
  ['an anchor of an alias', 'b: &y 1\na: &s3cret *y\n', '2:12', 'An alias has its own anchor'],
  ['text behind a bar', 'a: |s3cret\n  y\n', '1:5', 'Text follows on the same line as a "|"'],
  ['an empty line with blanks', 'a: |\n     \n  s3cret\n', '3:3', 'An empty line before a text'],
  ['no blank before a comment', 'a: "x"#s3cret\n', '1:7', 'A space is missing before the "#"'],
  [
    'a conflict of git',
    'a: 1\n<<<<<<< HEAD\nb: s3cret\n=======\nb: 3\n>>>>>>> x\n',
    '2:1',
    'A git merge conflict',
  ],
  ['a directive', '%s3cret 1.2\na: 1\n', '1:1', 'A line begins with "%"'],
  ['a key twice', 'a: 1\na: s3cret\n', '2:1', 'Duplicate key "a"'],
];

describe('one problem, where it was done', () => {
  test.each(TABLE)('%s', (_, text, place, message) => {
    const { root, problems } = readYaml(text, `mistake-${place}.yaml`);
    expect(root).toBeUndefined();
    expect(problems).toHaveLength(1);
    const [found] = problems;
    expect([`${found?.position?.line}:${found?.position?.column}`, found?.severity]).toEqual([
      place,
      'error',
    ]);
    expect(found?.message).toContain(message);
    expect(found?.message).not.toMatch(/s3cret|compact mappings|[Ii]mplicit|flow-|block-/);
    expect(found?.remedy).not.toBe('');
    expect(found?.remedy).not.toContain('s3cret');
  });
});
