// What the sources and the documentation cite is there: sections of the contracts and of the design, by their headings.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';

const ROOT = join(import.meta.dirname, '../..');
const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const filesIn = (dir: string, ending: RegExp): string[] =>
  readdirSync(join(ROOT, dir), { recursive: true, encoding: 'utf8' })
    .filter((name) => ending.test(name))
    .map((name) => join(dir, name));

const BOOKS = {
  'C v0': 'docs/contract-v0.md',
  'C v8': 'docs/contract-v8.md',
  design: 'docs/design.md',
} as const;
type Book = keyof typeof BOOKS;

/** Numbers of the headings of a book: `4`, `4.12`, and `rule 7` of the design. */
function headingsOf(book: Book): ReadonlySet<string> {
  const found = read(BOOKS[book]).matchAll(/^#+ (?:(\d+(?:\.\d+)*)\.? |(Rule \d+): )/gm);
  return new Set([...found].map(([, number, rule]) => number ?? (rule ?? '').toLowerCase()));
}

/** The one spelling: `C v0 §2.3`, `C v8 §4.8, §4.9`, `design §10.9`, `design-v8 rule 6`, `design-v8 rules 6 to 13`. */
const SECTIONS = /\b(C v0|C v8|design) (§\d+(?:\.\d+)*(?:(?:, | and )§\d+(?:\.\d+)*)*)/g;
const RULES = /\bdesign-v8 rules? (\d+)(?: (?:to|and) (\d+))?/g;
const ANY = /\bC v\d|\bdesign-v8\b|\bdesign §/g;

interface Citation {
  readonly book: Book;
  readonly place: string;
}

function citationsIn(text: string): Citation[] {
  const joined = text.replaceAll(/\n\s*(?:\/\/|\*|>)?\s*/g, ' ');
  const sections = [...joined.matchAll(SECTIONS)].flatMap(([, book, numbers = '']) =>
    [...numbers.matchAll(/[\d.]+/g)].map(([place]) => ({ book: book as Book, place })),
  );
  const rules = [...joined.matchAll(RULES)].flatMap(([, from, to]) =>
    [from, to].flatMap((number) =>
      number === undefined ? [] : [{ book: 'design' as const, place: `rule ${number}` }],
    ),
  );
  return [...sections, ...rules];
}

const CITING = [
  ...filesIn('src', /\.tsx?$/),
  ...filesIn('docs', /\.md$/).filter((name) => !/contract-v\d|design\.md/.test(name)),
];

describe('citations', () => {
  const headings = new Map((Object.keys(BOOKS) as Book[]).map((book) => [book, headingsOf(book)]));

  test('lead to a heading that exists', () => {
    const lost = CITING.flatMap((file) =>
      citationsIn(read(file))
        .filter(({ book, place }) => headings.get(book)?.has(place) !== true)
        .map(({ book, place }) => `${file}: ${book} ${place}`),
    );
    expect(lost).toEqual([]);
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

  test('stand in comments only: what people read says the fact, or links', () => {
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
