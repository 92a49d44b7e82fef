// What the sources and the documentation cite: sections of the contracts and of the design.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(import.meta.dirname, '../..');
export const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

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
export const SECTIONS = /\b(C v0|C v8|design) (§\d+(?:\.\d+)*(?:(?:, | and )§\d+(?:\.\d+)*)*)/g;
export const RULES = /\bdesign-v8 rules? (\d+)(?: (?:to|and) (\d+))?/g;
export const ANY = /\bC v\d|\bdesign-v8\b|\bdesign §/g;

interface Citation {
  readonly book: Book;
  readonly place: string;
}

export function citationsIn(text: string): Citation[] {
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

export const CITING = [
  ...filesIn('src', /\.tsx?$/),
  ...filesIn('docs', /\.md$/).filter((name) => !/contract-v\d|design\.md/.test(name)),
];

/** Citations that lead to no heading, with the file that has them. */
export function lostCitations(): string[] {
  const headings = new Map((Object.keys(BOOKS) as Book[]).map((book) => [book, headingsOf(book)]));
  return CITING.flatMap((file) =>
    citationsIn(read(file))
      .filter(({ book, place }) => headings.get(book)?.has(place) !== true)
      .map(({ book, place }) => `${file}: ${book} ${place}`),
  );
}
