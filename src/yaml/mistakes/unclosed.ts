// Finds quotes and brackets that were opened and never closed.
import { type CST, Parser } from 'yaml';
import { type Mistake, type Place, mistake } from './place.ts';

export function unclosedQuote({ text, at }: Place, message: string): Mistake {
  const kind = message.includes('"') ? 'double' : 'single';
  const open = tokensOf(text).find(
    ({ type, source }) => type === `${kind}-quoted-scalar` && !isClosed(source),
  );
  return mistake(
    `The ${kind} quote that begins here isn't closed`,
    open?.offset ?? at,
    'Close the quote at the end of the value.',
  );
}

const isClosed = (source: string): boolean => /^(?:"(?:[^"\\]|\\.)*"|'(?:[^']|'')*')$/s.test(source);

export function unclosedBracket({ text, at, char }: Place): Mistake {
  const open = openBracket(text, at);
  const bracket = open === undefined ? '[' : (text[open] ?? '[');
  const closing = bracket === '{' ? '}' : ']';
  if (char === ']' || char === '}')
    return mistake(
      `"${char}" is in a place where "${closing}" is expected`,
      at,
      `Close the "${bracket}" first.`,
    );
  return mistake(`The "${bracket}" that begins here isn't closed`, open ?? at, `Close it with "${closing}".`);
}

/** The innermost open bracket at the position where the parser stopped. */
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

/** All tokens with text, in order. */
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
