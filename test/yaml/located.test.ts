import { describe, expect, test } from '@jest/globals';
import { isSameLocated, type LocatedMap } from '../../src/yaml/located.ts';
import { readYaml } from '../../src/yaml/strict.ts';

/** Parsed again each time: no part is shared. */
function read(text: string, file = 'a.yaml'): LocatedMap {
  readYaml('other: text\n', file);
  const { root } = readYaml(text, file);
  if (!root) throw new Error(text);
  return root;
}

const TEXT = 'a: 1\nb: [x, { c: null, d: "yes" }]\n';

describe('two readings', () => {
  test('of one text are the same', () => {
    expect(isSameLocated(read(TEXT), read(TEXT))).toBe(true);
  });

  test.each([
    ['a value', 'a: 2\nb: [x, { c: null, d: "yes" }]\n'],
    ['the type of a value', 'a: 1\nb: [x, { c: nul, d: "yes" }]\n'],
    ['the place of a value', 'a:  1\nb: [x, { c: null, d: "yes" }]\n'],
    ['a quote', 'a: 1\nb: [x, { c: null, d: yes }]\n'],
    ['a key', 'a: 1\ne: [x, { c: null, d: "yes" }]\n'],
    ['a member more', 'a: 1\nb: [x, { c: null, d: "yes" }]\ne: 1\n'],
    ['an entry less', 'a: 1\nb: [x]\n'],
    ['a list that is a mapping', 'a: 1\nb: { c: null, d: "yes" }\n'],
  ])('differ by %s', (_, other) => {
    expect(isSameLocated(read(TEXT), read(other))).toBe(false);
    expect(isSameLocated(read(other), read(TEXT))).toBe(false);
  });

  test('differ by the name of the file, and by what a reference brought', () => {
    expect(isSameLocated(read(TEXT), read(TEXT, 'b.yaml'))).toBe(false);
    const position = { file: 'a.yaml', line: 1, column: 1 };
    const text = {
      kind: 'scalar',
      value: 'Bearer x',
      position,
      plain: true,
      reference: 'Bearer ${env:X}',
    } as const;
    expect(isSameLocated({ ...text, brought: ['x'] }, { ...text, brought: ['x'] })).toBe(true);
    expect(isSameLocated({ ...text, brought: ['x'] }, { ...text, brought: ['y'] })).toBe(false);
  });
});
