// Keeps results small enough for the context of an agent: long lists become pages, long texts are cut, and the result
// says what was left out and how to get it.
import { isList, isTree, type Value } from '../lib/value.ts';

export interface Page {
  /** The list that is paged. Other lists show their beginning. */
  readonly list: string;
  readonly offset: number;
  readonly limit: number;
}

/** A list that is longer than its page. */
export interface Omitted {
  /** Names and indexes from the root of the result, joined by dots. */
  readonly list: string;
  readonly total: number;
  readonly offset: number;
  readonly shown: number;
}

/** Characters of one text. */
const LONGEST_TEXT = 4000;

/** Items of a list that isn't paged. */
const OTHER_LISTS = 50;

export const DEFAULT_LIMIT = 50;

/** The same value with long lists and texts cut, and the lists that were cut. */
export function bounded(
  value: Value,
  page: Page,
): { readonly value: Value; readonly omitted: readonly Omitted[] } {
  const omitted: Omitted[] = [];
  const cut = (part: Value, at: readonly (string | number)[]): Value => {
    if (typeof part === 'string') return shortened(part);
    if (isList(part)) {
      const [offset, limit] = at.at(-1) === page.list ? [page.offset, page.limit] : [0, OTHER_LISTS];
      const shown = part.slice(offset, offset + limit);
      if (shown.length < part.length)
        omitted.push({ list: at.join('.'), total: part.length, offset, shown: shown.length });
      return shown.map((item, i) => cut(item, [...at, offset + i]));
    }
    if (!isTree(part)) return part;
    return Object.fromEntries(
      Object.entries(part).map(([name, member]) => [name, cut(member, [...at, name])]),
    );
  };
  return { value: cut(value, []), omitted };
}

const shortened = (text: string): string =>
  text.length > LONGEST_TEXT ? `${text.slice(0, LONGEST_TEXT)}… (${text.length} characters)` : text;
