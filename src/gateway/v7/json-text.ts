// Reads and writes JSON as the gateway's decoder and encoder do (C v0 §3.0): number texts kept, members in order
// with their duplicates, trailing garbage tolerated or not. Knows nothing of the configuration.
import type { Value } from '../../lib/value.ts';

export type JsonNode =
  | { readonly kind: 'null' }
  | { readonly kind: 'boolean'; readonly value: boolean }
  | { readonly kind: 'number'; readonly text: string }
  | { readonly kind: 'string'; readonly value: string }
  | { readonly kind: 'array'; readonly items: readonly JsonNode[] }
  | { readonly kind: 'object'; readonly members: readonly (readonly [string, JsonNode])[] };

class Malformed extends Error {}

const NUMBER = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
const BLANK = /[ \t\r\n]*/y;
// oxlint-disable-next-line no-control-regex -- control characters are what must not stand in a JSON string
const STRING = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const WORDS: readonly (readonly [string, JsonNode])[] = [
  ['null', { kind: 'null' }],
  ['true', { kind: 'boolean', value: true }],
  ['false', { kind: 'boolean', value: false }],
];
const MAX_DEPTH = 1000;

class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(depth = 0): JsonNode {
    if (depth > MAX_DEPTH) throw new Malformed('exceeded max depth');
    this.blanks();
    const next = this.#text[this.#at];
    if (next === undefined) throw new Malformed(this.#text.trim() === '' ? 'EOF' : 'unexpected EOF');
    if (next === '{') return this.#object(depth);
    if (next === '[') return this.#array(depth);
    if (next === '"') return { kind: 'string', value: this.#string() };
    return this.#word() ?? { kind: 'number', text: this.#match(NUMBER) };
  }

  blanks(): void {
    this.#match(BLANK);
  }

  atEnd(): boolean {
    this.blanks();
    return this.#at === this.#text.length;
  }

  #word(): JsonNode | undefined {
    const found = WORDS.find(([word]) => this.#text.startsWith(word, this.#at));
    if (found) this.#at += found[0].length;
    return found?.[1];
  }

  #object(depth: number): JsonNode {
    const members: (readonly [string, JsonNode])[] = [];
    this.#at += 1;
    if (this.#takes('}')) return { kind: 'object', members };
    do {
      this.blanks();
      const key = this.#string();
      this.#expect(':');
      members.push([key, this.value(depth + 1)]);
    } while (this.#takes(','));
    this.#expect('}');
    return { kind: 'object', members };
  }

  #array(depth: number): JsonNode {
    const items: JsonNode[] = [];
    this.#at += 1;
    if (this.#takes(']')) return { kind: 'array', items };
    do items.push(this.value(depth + 1));
    while (this.#takes(','));
    this.#expect(']');
    return { kind: 'array', items };
  }

  #string(): string {
    const parsed: unknown = JSON.parse(this.#match(STRING));
    // Lone surrogates become the replacement character, as in the gateway's decoder.
    return String(parsed).toWellFormed();
  }

  #takes(char: string): boolean {
    this.blanks();
    if (this.#text[this.#at] !== char) return false;
    this.#at += 1;
    return true;
  }

  #expect(char: string): void {
    if (!this.#takes(char)) this.#refuse();
  }

  #match(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return this.#refuse();
    this.#at += found.length;
    return found;
  }

  #refuse(): never {
    const char = this.#text[this.#at];
    throw new Malformed(char === undefined ? 'unexpected EOF' : `invalid character '${char}'`);
  }
}

function attempt(read: () => JsonNode): JsonNode | { readonly problem: string } {
  try {
    return read();
  } catch (error) {
    if (error instanceof Malformed) return { problem: error.message };
    throw error;
  }
}

/** The first value of a text; ignores what follows it. For a text without a value, the decoder's error. */
export function readFirst(text: string): JsonNode | { readonly problem: string } {
  return attempt(() => new Scanner(text).value());
}

/** The only value of a text; anything except blanks after it is an error. */
export function readWhole(text: string): JsonNode | { readonly problem: string } {
  return attempt(() => {
    const scanner = new Scanner(text);
    const value = scanner.value();
    if (!scanner.atEnd()) throw new Malformed('invalid character after top-level value');
    return value;
  });
}

export function isNode(read: JsonNode | { readonly problem: string }): read is JsonNode {
  return 'kind' in read;
}

const ESCAPES: Readonly<Record<string, string>> = {
  '<': '\\u003c',
  '>': '\\u003e',
  '&': '\\u0026',
  '\u2028': '\\u2028',
  '\u2029': '\\u2029',
};

/** As Go's encoder writes it: `<`, `>`, `&` escaped. The caller decides the order of members. */
export function writeJson(value: Value): string {
  return JSON.stringify(value).replace(/[<>&\u2028\u2029]/g, (char) => ESCAPES[char] ?? char);
}

/** A value with the keys of its mappings sorted, as Go writes maps. */
export function sorted(value: Value): Value {
  if (Array.isArray(value)) return value.map((item) => sorted(item));
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).toSorted(([a], [b]) => (a < b ? -1 : 1));
  return Object.fromEntries(entries.map(([key, item]) => [key, sorted(item)]));
}
