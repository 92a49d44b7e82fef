// Limits on YAML and JSON input. A parser uses some 500 bytes of memory per token, so a file of a few megabytes
// could use a gigabyte. Code that parses YAML checks here first; a lexer uses memory for one token at a time.
import { Lexer } from 'yaml';

/** Names, values, marks, line ends. A configuration of 5,000 keys is about 100,000. */
const MAX_TOKENS = 600_000;
/** Characters of one name or value. */
const MAX_SCALAR = 1024 * 1024;
/** Levels. Gateway configurations have at most ten. */
export const MAX_YAML_DEPTH = 64;

export interface Excess {
  /** Offset in the text. */
  readonly at: number;
  /** What exceeds the limit, as the object of a sentence. */
  readonly what: string;
}

/** Undefined if the text can be parsed. */
export function yamlExcess(text: string): Excess | undefined {
  if (text.length * 2 < MAX_TOKENS && text.length < MAX_SCALAR) return undefined;
  const lexed = lexemes(text);
  for (;;) {
    const next = lexed.next();
    if (next.done === true) return next.value;
  }
}

/** The input for a parser; ends early, with the reason, if a limit is exceeded. */
export function* lexemes(text: string): Generator<string, Excess | undefined> {
  let [at, tokens] = [0, 0];
  for (const token of new Lexer().lex(text)) {
    tokens += 1;
    if (tokens > MAX_TOKENS)
      return { at, what: `more than ${MAX_TOKENS} YAML tokens (names, values, marks)` };
    if (token.length > MAX_SCALAR)
      return { at, what: `a value of more than ${MAX_SCALAR / 1024 / 1024} MiB` };
    if (!SYNTHETIC.has(token)) at += token.length;
    yield token;
  }
  return undefined;
}

/** Tokens of the lexer that correspond to no character of the text. */
const SYNTHETIC: ReadonlySet<string> = new Set(['\u0002', '\u0018', '\u001F']);

/** Levels of input from a gateway: all code that works on trees recurses. */
export const MAX_LIVE_DEPTH = 200;

/** Whether brackets of a JSON text nest deeper. For texts that aren't JSON, the result can be wrong. */
export function isDeepJson(text: string): boolean {
  let [depth, inString] = [0, false];
  for (let at = 0; at < text.length; at += 1) {
    const character = text[at];
    if (inString && character === '\\') at += 1;
    else if (character === '"') inString = !inString;
    else if (inString) continue;
    else if (character === '[' || character === '{') depth += 1;
    else if (character === ']' || character === '}') depth -= 1;
    if (depth > MAX_LIVE_DEPTH) return true;
  }
  return false;
}
