// What people did wrong where the YAML parser stops: said of the line where they did it, which is often not the one where
// the parser noticed. Nothing of a value is quoted: it may be a secret.
import { type CST, Parser, type YAMLError } from 'yaml';
import type { Code } from '../nouns/codes.ts';

export interface Mistake {
  readonly code: Code;
  readonly message: string;
  /** Offset into the text. */
  readonly at: number;
  readonly remedy?: string;
}

type Found = Pick<YAMLError, 'code' | 'message' | 'pos'>;

export function mistakeIn(text: string, error: Found): Mistake {
  const place = new Place(text, error.pos[0]);
  const found = BY_CODE[error.code]?.(place, error.message);
  return found ?? { code: 'HF2010', message: plainWords(error.message), at: error.pos[0] };
}

/** Of a file that is one text though a mapping was meant: `key:value`. */
export function mistakeInText(text: string, at: number): Mistake | undefined {
  return missingBlank(new Place(text, at));
}

/** The parser's own words, without what may be a piece of the file: what follows a colon, or the name of a directive. */
const plainWords = (message: string): string =>
  message.replace(/\s*(?::.*| at line .*)$/s, '').replace(/(Unknown directive) .*/s, '$1');

type Explain = (place: Place, message: string) => Mistake | undefined;

const said = (message: string, at: number, remedy?: string): Mistake => ({
  code: 'HF2010',
  message,
  at,
  ...(remedy !== undefined && { remedy }),
});

const BY_CODE: Partial<Record<YAMLError['code'], Explain>> = {
  TAB_AS_INDENT: ({ at }) => ({ code: 'HF2012', message: 'A tab is used for indentation', at }),
  TAG_RESOLVE_FAILED: ({ at }) => ({ code: 'HF2018', message: 'This tag is not known here', at }),
  BAD_ALIAS: ({ at }) =>
    said(
      'An alias has no anchor before it',
      at,
      'Define the anchor (&name) above, or put quotes around a text that begins with "*".',
    ),
  ALIAS_PROPS: ({ at }) =>
    said('An alias has an anchor or a tag of its own', at, 'Leave the alias (*name) alone.'),
  MULTIPLE_ANCHORS: ({ at }) => said('A value has two anchors', at, 'Keep one of the two.'),
  BLOCK_AS_IMPLICIT_KEY: nestedValue,
  BAD_INDENT: badIndent,
  MISSING_CHAR: missingCharacter,
  MULTILINE_IMPLICIT_KEY: (place) => lineWithoutColon(place),
  UNEXPECTED_TOKEN: unexpected,
  BAD_SCALAR_START: ({ at, char }) =>
    said(`A value cannot begin with "${char}"`, at, 'Put quotes around the value.'),
  BAD_DQ_ESCAPE: ({ at }) =>
    said(
      'A backslash in double quotes begins an escape that YAML does not know',
      at,
      'Use single quotes, or write each backslash twice.',
    ),
  BLOCK_IN_FLOW: ({ at }) =>
    said('A comma is missing between two members in braces or brackets', at, 'Put a comma between them.'),
};

// ── the place ────────────────────────────────────────────────────────────────────────────────────────────────────

class Place {
  readonly text: string;
  readonly at: number;

  constructor(text: string, at: number) {
    this.text = text;
    this.at = at;
  }

  get char(): string {
    return this.text[this.at] ?? '';
  }

  get lineStart(): number {
    return this.text.lastIndexOf('\n', this.at - 1) + 1;
  }

  get line(): string {
    return this.text.slice(this.lineStart).split(/\r?\n/, 1)[0] ?? '';
  }

  /** Of the first character in the line that is no blank. */
  get firstAt(): number {
    return this.lineStart + indentOf(this.line);
  }

  get number(): number {
    return this.text.slice(0, this.lineStart).split('\n').length;
  }

  /** The same, or the next line that says something where this one is empty or a comment. */
  get spoken(): Place {
    return isSilent(this.line) ? (this.below() ?? this) : this;
  }

  /** The next line that says something, where there is one. */
  below(): Place | undefined {
    let start = this.lineStart + this.line.length;
    for (;;) {
      start = this.text.indexOf('\n', start) + 1;
      if (start === 0 || start >= this.text.length) return undefined;
      const next = new Place(this.text, start);
      if (!isSilent(next.line)) return next;
      start += next.line.length;
    }
  }

  /** The line above that says something, where there is one. */
  above(): Place | undefined {
    let end = this.lineStart;
    while (end > 0) {
      const before = new Place(this.text, end - 1);
      if (!isSilent(before.line)) return new Place(this.text, before.lineStart);
      end = before.lineStart;
    }
    return undefined;
  }
}

const indentOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0;
/** Where its key begins: behind the dashes. */
const keyColumnOf = (line: string): number => /^ *(?:- +)*/.exec(line)?.[0].length ?? 0;
const isSilent = (line: string): boolean => /^\s*(?:#.*)?$/.test(line);
const spaces = (count: number): string => (count === 1 ? '1 space' : `${count} spaces`);

// ── indentation ──────────────────────────────────────────────────────────────────────────────────────────────────

/** A value that turns out to be a mapping or a list: because of a colon in it, or of the indentation of the next line. */
function nestedValue(place: Place, message: string): Mistake | undefined {
  if (message.startsWith('A block sequence')) return wrongIndent(place.spoken);
  const rest = place.text.slice(place.at).split(/\r?\n/, 1)[0] ?? '';
  if (/:(?:\s|$)/.test(rest.replace(/\s#.*$/s, '')))
    return said(
      'The value holds ": ", which begins another mapping',
      place.at,
      'Put quotes around the value. Where a key was meant, put it on a line of its own.',
    );
  const below = place.below();
  return below && wrongIndent(below, keyColumnOf(place.line));
}

/** `expected`: the column of the keys that it should stand beside. */
function wrongIndent(place: Place, expected?: number): Mistake {
  const { line, firstAt } = place;
  const dash = missingBlank(place);
  if (dash) return dash;
  const own = indentOf(line);
  const fits = [...new Set(expected === undefined ? indentsAbove(place) : [expected])];
  const wanted = fits.length === 0 ? '' : ` where ${fits.join(' or ')} would match the lines above`;
  const what = /^ *- /.test(line) ? 'This item' : 'This line';
  return said(
    `${what} is indented by ${spaces(own)}${wanted}`,
    firstAt,
    'Indent what belongs together alike, with spaces. What stands below a key is indented further than the key, and the key has no value beside it.',
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

function badIndent(place: Place, message: string): Mistake | undefined {
  if (/^Flow (?:sequence|map)/.test(message)) return unclosedBracket(place);
  const block = blockTextAbove(place);
  if (block)
    return said(
      'This line of a text is indented less than the first line of the text',
      place.firstAt,
      'Indent all lines of the text as far as its first line.',
    );
  return wrongIndent(place.spoken);
}

/** Whether the line stands below a `|` or `>` text and further in than its key. */
function blockTextAbove(place: Place): boolean {
  const own = indentOf(place.line);
  for (let above = place.above(); above; above = above.above()) {
    const isHeader = /[:-] +[|>][-+\d]*\s*(?:#.*)?$/.test(above.line);
    if (isHeader) return own > indentOf(above.line);
    if (indentOf(above.line) <= own) return false;
  }
  return false;
}

// ── characters that are missing or too many ──────────────────────────────────────────────────────────────────────

function missingCharacter(place: Place, message: string): Mistake | undefined {
  if (message.startsWith('Missing closing')) return unclosedQuote(place, message);
  if (message.startsWith('Sequence item without')) return wrongIndent(place);
  if (message.startsWith('Implicit map keys')) return lineWithoutColon(place);
  if (message.startsWith('Comments must be'))
    return said('A blank is missing before the "#" of a comment', place.at, 'Put a blank before the "#".');
  if (message.startsWith('Missing , or :')) return missingComma(place);
  if (message.startsWith('Missing directives-end'))
    return said(
      'A line begins with "%", as only directives do',
      Math.max(0, place.text.lastIndexOf('%', place.at)),
      'Put quotes around the text, or remove the line.',
    );
  if (message.startsWith('Block scalars'))
    return said(
      'An empty line before a text holds more blanks than the first line of the text is indented by',
      place.at,
      'Remove the blanks of the empty line.',
    );
  return undefined;
}

function missingComma({ text, at }: Place): Mistake {
  const isReference = text.slice(Math.max(0, at - 2), at + 2).includes('${');
  return isReference
    ? said(
        'A reference in brackets or braces has no quotes',
        Math.max(0, text.lastIndexOf('${', at)),
        'Write "${env:NAME}" with quotes.',
      )
    : said('A comma is missing between two items in brackets', at, 'Put a comma between them.');
}

function lineWithoutColon(found: Place): Mistake {
  const place = found.spoken;
  const { line, firstAt, at } = place;
  if (/^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/.test(line))
    return said(
      'A conflict of git is not resolved here',
      firstAt,
      'Keep one of the two sides, and remove the markers.',
    );
  if (/^ *-(?: |$)/.test(line) && at <= firstAt)
    return said(
      'An item of a list stands where a key belongs',
      firstAt,
      'Indent the item below the key of its list, or remove the dash.',
    );
  const blank = missingBlank(place);
  if (blank) return blank;
  const key = place.line.slice(keyColumnOf(line));
  if (/^[\w.-]+ *=/.test(key))
    return said(
      'An "=" stands where a colon belongs',
      place.lineStart + line.indexOf('='),
      'Write `key: value`.',
    );
  return said(
    'This line has no colon: it is neither a key nor the value of one',
    firstAt,
    'Write `key: value`, or `key:` where the value stands below.',
  );
}

/** `key:value`, `-item`. */
function missingBlank({ line, lineStart }: Place): Mistake | undefined {
  const dash = /^ *(?:- +)*-(?=[\w"'$])/.exec(line);
  if (dash && !/^ *-?[\w.-]+: /.test(line.slice(dash[0].length - 1)))
    return said('A blank is missing after the dash', lineStart + dash[0].length, 'Write `- item`.');
  const colon = /^ *(?:- +)*[\w.-]+:(?=[^\s/])/.exec(line);
  return colon
    ? said('A blank is missing after the colon', lineStart + colon[0].length, 'Write `key: value`.')
    : undefined;
}

function unexpected(place: Place, message: string): Mistake | undefined {
  const { text, at, char, line, lineStart } = place;
  const before = text.slice(lineStart, at);
  if (message.startsWith('Unexpected scalar at node end'))
    return before.trim() === ''
      ? said(
          'A key stands where an item of the list belongs',
          at,
          'Begin the line with a dash, or put the list below a key.',
        )
      : said(
          'Text follows a closing quote',
          at,
          `Put the whole value in quotes. In single quotes write '' for a single quote, in double quotes \\" for a double one.`,
        );
  if (message.includes('block-seq-ind on same line'))
    return said('A list begins in the line of its key', at, 'Put the first item on the next line.');
  if (/flow-(?:seq|map)-end/.test(message))
    return said(`"${char}" closes nothing`, at, `Remove it, or put quotes around the value.`);
  if (message.startsWith('Block scalar header'))
    return said(
      `Text stands in the line of a "${/[|>]/.exec(line.slice(at - lineStart - 1))?.[0] ?? '|'}"`,
      at,
      'Begin the text on the next line, indented. Put quotes around a value that only begins so.',
    );
  return undefined;
}

// ── what was opened and never closed ─────────────────────────────────────────────────────────────────────────────

function unclosedQuote({ text, at }: Place, message: string): Mistake {
  const kind = message.includes('"') ? 'double' : 'single';
  const open = tokensOf(text).find(
    ({ type, source }) => type === `${kind}-quoted-scalar` && !isClosed(source),
  );
  return said(
    `The ${kind} quote that begins here is not closed`,
    open?.offset ?? at,
    'Close the quote at the end of the value.',
  );
}

const isClosed = (source: string): boolean => /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')$/s.test(source);

function unclosedBracket({ text, at, char }: Place): Mistake {
  const open = openBracket(text, at);
  const bracket = open === undefined ? '[' : (text[open] ?? '[');
  const closing = bracket === '{' ? '}' : ']';
  if (char === ']' || char === '}')
    return said(`"${char}" stands where "${closing}" belongs`, at, `Close the "${bracket}" first.`);
  return said(`The "${bracket}" that begins here is not closed`, open ?? at, `Close it with "${closing}".`);
}

/** The innermost bracket that is open where the parser stopped. */
function openBracket(text: string, at: number): number | undefined {
  const open: number[] = [];
  for (const { type, offset } of tokensOf(text)) {
    if (offset >= at) break;
    if (type === 'flow-seq-start' || type === 'flow-map-start') open.push(offset);
    if (type === 'flow-seq-end' || type === 'flow-map-end') open.pop();
  }
  return open.at(-1);
}

interface Token {
  readonly type: string;
  readonly offset: number;
  readonly source: string;
}

/** All tokens with a text of their own, in its order. */
function tokensOf(text: string): Token[] {
  const found: Token[] = [];
  const visit = (part: unknown): void => {
    if (typeof part !== 'object' || part === null) return;
    const { type, offset, source } = part as Partial<CST.SourceToken>;
    if (type !== undefined && offset !== undefined && typeof source === 'string')
      found.push({ type, offset, source });
    for (const each of Object.values(part))
      if (Array.isArray(each)) each.forEach(visit);
      else visit(each);
  };
  for (const token of new Parser().parse(text)) visit(token);
  return found.toSorted((a, b) => a.offset - b.offset);
}
