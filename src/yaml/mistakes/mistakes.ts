// Finds the cause of a YAML syntax error: reports the line with the mistake, which is often not where the parser
// noticed it. Quotes no part of a value, because it can be a secret.
import type { YAMLError } from 'yaml';
import { badIndent, nestedValue, wrongIndent } from './indent.ts';
import { keyColumnOf, type Mistake, missingBlank, Place, mistake } from './place.ts';
import { unclosedQuote } from './unclosed.ts';

export type { Mistake } from './place.ts';

type Found = Pick<YAMLError, 'code' | 'message' | 'pos'>;

export function mistakeIn(text: string, error: Found): Mistake {
  const place = new Place(text, error.pos[0]);
  const found = BY_CODE[error.code]?.(place, error.message);
  return found ?? { code: 'HF2010', message: plainWords(error.message), at: error.pos[0] };
}

/** The file is one text although a mapping was meant: `key:value`. */
export function mistakeInText(text: string, at: number): Mistake | undefined {
  return missingBlank(new Place(text, at));
}

/**
 * The parser's own message, without what can be a part of the file: what follows a colon, or the name of a
 * directive.
 */
const plainWords = (message: string): string =>
  message.replace(/\s*(?::.*| at line .*)$/s, '').replace(/(Unknown directive) .*/s, '$1');

type Explain = (place: Place, message: string) => Mistake | undefined;

const BY_CODE: Partial<Record<YAMLError['code'], Explain>> = {
  TAB_AS_INDENT: ({ at }) => ({ code: 'HF2012', message: 'A tab is used for indentation', at }),
  TAG_RESOLVE_FAILED: ({ at }) => ({
    code: 'HF2018',
    message: "This YAML tag isn't supported",
    at,
    remedy: 'Remove the tag. To keep a text that begins with "!", put quotes around it.',
  }),
  BAD_ALIAS: ({ at }) =>
    mistake(
      'An alias has no anchor before it',
      at,
      'Define the anchor (&name) above, or put quotes around a text that begins with "*".',
    ),
  ALIAS_PROPS: ({ at }) => mistake('An alias has its own anchor or tag', at, 'Write only the alias (*name).'),
  MULTIPLE_ANCHORS: ({ at }) => mistake('A value has two anchors', at, 'Keep one of the two.'),
  BLOCK_AS_IMPLICIT_KEY: nestedValue,
  BAD_INDENT: badIndent,
  MISSING_CHAR: missingCharacter,
  MULTILINE_IMPLICIT_KEY: (place) => lineWithoutColon(place),
  UNEXPECTED_TOKEN: unexpected,
  BAD_SCALAR_START: ({ at, char }) =>
    mistake(`A value can't begin with "${char}"`, at, 'Put quotes around the value.'),
  BAD_DQ_ESCAPE: ({ at }) =>
    mistake(
      "A backslash in double quotes begins an escape sequence that YAML doesn't know",
      at,
      'Use single quotes, or write each backslash twice.',
    ),
  BLOCK_IN_FLOW: ({ at }) =>
    mistake('A comma is missing between two members in braces or brackets', at, 'Put a comma between them.'),
};

function missingCharacter(place: Place, message: string): Mistake | undefined {
  if (message.startsWith('Missing closing')) return unclosedQuote(place, message);
  if (message.startsWith('Sequence item without')) return wrongIndent(place);
  if (message.startsWith('Implicit map keys')) return lineWithoutColon(place);
  if (message.startsWith('Comments must be'))
    return mistake('A space is missing before the "#" of a comment', place.at, 'Put a space before the "#".');
  if (message.startsWith('Missing , or :')) return missingComma(place);
  if (message.startsWith('Missing directives-end'))
    return mistake(
      'A line begins with "%", which only directives can do',
      Math.max(0, place.text.lastIndexOf('%', place.at)),
      'Put quotes around the text, or remove the line.',
    );
  if (message.startsWith('Block scalars'))
    return mistake(
      "An empty line before a text contains more spaces than the indentation of the text's first line",
      place.at,
      'Remove the spaces from the empty line.',
    );
  return undefined;
}

function missingComma({ text, at }: Place): Mistake {
  const isReference = text.slice(Math.max(0, at - 2), at + 2).includes('${');
  return isReference
    ? mistake(
        'A reference in brackets or braces has no quotes',
        Math.max(0, text.lastIndexOf('${', at)),
        'Write "${env:NAME}" with quotes.',
      )
    : mistake('A comma is missing between two items in brackets', at, 'Put a comma between them.');
}

function lineWithoutColon(found: Place): Mistake {
  const place = found.spoken;
  const { line, firstAt, at } = place;
  if (/^(?:<{7}|={7}|>{7}|\|{7})(?: |$)/.test(line))
    return mistake(
      "A git merge conflict isn't resolved here",
      firstAt,
      'Keep one of the two sides, and remove the conflict markers.',
    );
  if (/^ *-(?: |$)/.test(line) && at <= firstAt)
    return mistake(
      'A list item is in a place where a key is expected',
      firstAt,
      'Indent the item below the key of its list, or remove the dash.',
    );
  const blank = missingBlank(place);
  if (blank) return blank;
  const key = place.line.slice(keyColumnOf(line));
  if (/^[\w.-]+ *=/.test(key))
    return mistake(
      'An "=" is in a place where a colon is expected',
      place.lineStart + line.indexOf('='),
      'Write `key: value`.',
    );
  return mistake(
    "This line has no colon, so it's neither a key nor the value of one",
    firstAt,
    'Write `key: value`, or write `key:` and put the value below it.',
  );
}

function unexpected(place: Place, message: string): Mistake | undefined {
  const { text, at, char, line, lineStart } = place;
  const before = text.slice(lineStart, at);
  if (message.startsWith('Unexpected scalar at node end'))
    return before.trim() === ''
      ? mistake(
          'A key is in a place where a list item is expected',
          at,
          'Begin the line with a dash, or put the list below a key.',
        )
      : mistake(
          'Text follows a closing quote',
          at,
          `Put the whole value in quotes. In single quotes write '' for a single quote, in double quotes \\" for a double one.`,
        );
  if (message.includes('block-seq-ind on same line'))
    return mistake('A list begins on the same line as its key', at, 'Put the first item on the next line.');
  if (/flow-(?:seq|map)-end/.test(message))
    return mistake(
      `"${char}" has no matching opening character`,
      at,
      `Remove it, or put quotes around the value.`,
    );
  if (message.startsWith('Block scalar header'))
    return mistake(
      `Text follows on the same line as a "${/[|>]/.exec(line.slice(at - lineStart - 1))?.[0] ?? '|'}"`,
      at,
      'Start the text on the next line, indented. If the value only begins with this character, put quotes around it.',
    );
  return undefined;
}
