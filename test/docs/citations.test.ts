// What the sources and the documentation cite is there: sections of the contracts and of the design, by their headings.
import { describe, expect, test } from '@jest/globals';
import { ANY, CITING, citationsIn, lostCitations, read, RULES, SECTIONS } from '../support/citations.ts';

describe('citations', () => {
  test('lead to a heading that exists', () => {
    expect(lostCitations()).toEqual([]);
  });

  test('have one spelling', () => {
    const odd = CITING.flatMap((file) => {
      const joined = read(file).replaceAll(/\n\s*(?:\/\/|\*|>)?\s*/g, ' ');
      const all = joined.match(ANY)?.length ?? 0;
      const read_ = (joined.match(SECTIONS)?.length ?? 0) + (joined.match(RULES)?.length ?? 0);
      return all === read_ ? [] : [`${file}: ${all - read_}`];
    });
    expect(odd).toEqual([]);
  });

  test('are only in comments: texts for users state the fact, or link', () => {
    const spoken = CITING.filter((file) => file.startsWith('src')).flatMap((file) => {
      const code = read(file)
        .replaceAll(/\/\*[\s\S]*?\*\//g, '')
        .replaceAll(/(?<!:)\/\/.*/g, '');
      return [...code.matchAll(ANY)].map(([cited]) => `${file}: ${cited}`);
    });
    expect(spoken).toEqual([]);
  });

  test('of every kind are found at all', () => {
    const found = citationsIn(
      '// C v0 §2.1.3, §4.4 (C v8 §5, design-v8 rules 6 to\n// 13), design §10.9. C v8 §4.8 and §4.9',
    );
    expect(found.map(({ book, place }) => `${book} ${place}`)).toEqual([
      'C v0 2.1.3',
      'C v0 4.4',
      'C v8 5',
      'design 10.9',
      'C v8 4.8',
      'C v8 4.9',
      'design rule 6',
      'design rule 13',
    ]);
    expect(CITING.flatMap((file) => citationsIn(read(file))).length).toBeGreaterThan(100);
  });
});
