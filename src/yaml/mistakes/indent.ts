// Finds wrong indentation in YAML: reports the line whose indentation doesn't fit the lines above it.
import { indentOf, keyColumnOf, type Mistake, missingBlank, type Place, mistake, spaces } from './place.ts';
import { unclosedBracket } from './unclosed.ts';

/**
 * A value that turns out to be a mapping or a list, because of a colon in it, or because of the indentation of the
 * next line.
 */
export function nestedValue(place: Place, message: string): Mistake | undefined {
  if (message.startsWith('A block sequence')) return wrongIndent(place.spoken);
  const rest = place.text.slice(place.at).split(/\r?\n/, 1)[0] ?? '';
  if (/:(?:\s|$)/.test(rest.replace(/\s#.*$/s, '')))
    return mistake(
      'The value holds ": ", which begins another mapping',
      place.at,
      'Put quotes around the value. If you meant a key, put it on a separate line.',
    );
  const below = place.below();
  return below && wrongIndent(below, keyColumnOf(place.line));
}

/** `0, 2 or 6` */
const either = (columns: readonly number[]): string =>
  [columns.slice(0, -1).join(', '), columns.at(-1)].filter((part) => part !== '').join(' or ');

/** `expected`: the column of the keys it should be aligned with. */
export function wrongIndent(place: Place, expected?: number): Mistake {
  const { line, firstAt } = place;
  const dash = missingBlank(place);
  if (dash) return dash;
  const own = indentOf(line);
  const fits = [...new Set(expected === undefined ? indentsAbove(place) : [expected])];
  const hint = fits.length === 0 ? '' : ` where ${either(fits)} would match the lines above`;
  const what = /^ *- /.test(line) ? 'This item' : 'This line';
  return mistake(
    `${what} is indented by ${spaces(own)}${hint}`,
    firstAt,
    "Use the same indentation, in spaces, for lines that belong together. Indent the content of a key further than the key, and don't put a value next to the key.",
  );
}

/** Indentations that are still open above a line, the outermost first. */
function indentsAbove(place: Place): number[] {
  const open: number[] = [];
  let limit = Number.POSITIVE_INFINITY;
  const isItem = /^ *-(?: |$)/.test(place.line);
  for (let above = place.above(); above && limit > 0; above = above.above()) {
    const { line } = above;
    const dash = /^ *-(?: |$)/.test(line);
    const columns = isItem === dash ? [indentOf(line)] : isItem ? [] : [keyColumnOf(line)];
    for (const column of columns) if (column < limit) open.unshift(column);
    limit = Math.min(limit, indentOf(line));
  }
  return open;
}

export function badIndent(place: Place, message: string): Mistake | undefined {
  if (/^Flow (?:sequence|map)/.test(message)) return unclosedBracket(place);
  const block = blockTextAbove(place);
  if (block)
    return mistake(
      'This line of a text is indented less than the first line of the text',
      place.firstAt,
      'Indent all lines of the text at least as far as its first line.',
    );
  return wrongIndent(place.spoken);
}

/** Whether the line is part of a `|` or `>` text. */
function blockTextAbove(place: Place): boolean {
  const own = indentOf(place.line);
  for (let above = place.above(); above; above = above.above()) {
    const isHeader = /[:-] +[|>][-+\d]*\s*(?:#.*)?$/.test(above.line);
    if (isHeader) return own > indentOf(above.line);
    if (indentOf(above.line) <= own) return false;
  }
  return false;
}
