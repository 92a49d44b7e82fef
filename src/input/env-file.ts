// Files of variables (`.env`), read as Docker Compose reads them: quotes, escapes, interpolation, comments,
// multi-line values. No message contains any part of a value, or of a line that isn't an assignment, because that
// can be a pasted secret.
import { type Position, type Problem, problem } from '../domain/problem/problem.ts';
import type { Environment } from './environment.ts';
import { type Fault, interpolate } from './interpolation.ts';

export interface EnvFile {
  /** By name; of two assignments of one name, the later one counts. */
  readonly values: Readonly<Record<string, string>>;
  /** One for each line that isn't an assignment; a line that may be a mistake is a warning. */
  readonly problems: readonly Problem[];
}

/** If a value refers to a variable, `env` overrides the file. `shown` is the name of the file in problems. */
export function readEnvFile(text: string, shown: string, env: Environment): EnvFile {
  const reader = new Reader(text.replace(/^\uFEFF/, ''), shown, env);
  reader.read();
  return { values: Object.fromEntries(reader.values), problems: reader.problems };
}

/** The text for a program that reads such a file; a shell that sources it gets the same value. */
export function quotedForEnvFile(value: string): string {
  if (/^[\w.:/@%+,=-]+$/.test(value)) return value;
  if (!value.includes("'") && !value.endsWith('\\')) return `'${value}'`;
  return `"${value.replaceAll(/[\\"$]/g, '\\$&')}"`;
}

/** Blanks within a line, for Compose. */
const BLANK = '\\t\\v\\f\\r \\u0085\\u00A0';
const BLANKS = new RegExp(`[${BLANK}]*`, 'y');
/** A name with surrounding blanks, up to its end. */
const NAME = new RegExp(`[\\p{L}\\p{N}_.\\-[\\]${BLANK}]*`, 'uy');
const SPACE = '\\t-\\r \\u0085\\u00A0\\u1680\\u2000-\\u200A\\u2028\\u2029\\u202F\\u205F\\u3000';
const BETWEEN = new RegExp(`(?:[${SPACE}]+|#[^\\n]*)*`, 'y');
const AT_END = new RegExp(`[${SPACE}]+$`);
const AROUND = new RegExp(`^[${SPACE}]+|[${SPACE}]+$`, 'g');
const HOLDS_SPACE = new RegExp(`[${SPACE}]`);
const MAX_PROBLEMS = 50;
const ESCAPES = /\\(?:[abcfnrtv$"\\]|0\d{0,3})/g;
const CONTROLS: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
};

class Reader {
  readonly values = new Map<string, string>();
  readonly problems: Problem[] = [];
  readonly #text: string;
  readonly #shown: string;
  readonly #env: Environment;
  #at = 0;

  constructor(text: string, shown: string, env: Environment) {
    this.#text = text;
    this.#shown = shown;
    this.#env = env;
  }

  read(): void {
    for (;;) {
      this.#skip(BETWEEN);
      if (this.#at >= this.#text.length || this.problems.length >= MAX_PROBLEMS) return;
      this.#assignment();
    }
  }

  #assignment(): void {
    const start = this.#at;
    if (/export[\t\f\r ]/y.test(this.#text.slice(start, start + 7))) this.#at += 6;
    const name = this.#skip(NAME).replaceAll(AROUND, '');
    const mark = this.#text[this.#at];
    if (mark !== '=' && mark !== ':' && mark !== '\n' && mark !== undefined)
      return this.#noAssignment(this.#at, "a name can't contain this character");
    if (name === '') return this.#noAssignment(start, 'there is no name');
    if (HOLDS_SPACE.test(name)) return this.#noAssignment(start, "a name can't contain spaces");
    if (mark === '\n' || mark === undefined) return this.#bare(name, start);
    this.#at++;
    const blanks = this.#skip(BLANKS);
    if (blanks !== '' && this.#text[this.#at] === '#') this.#commentOrValue(name);
    this.#value(name);
  }

  /** A name alone takes its value from the environment, as without the line. */
  #bare(name: string, start: number): void {
    if (this.#env[name] !== undefined) return;
    const { line } = this.#position(start);
    this.#warn(
      start,
      `Line ${line} of ${this.#shown} has no "=", and no variable of that name is set`,
      'Write NAME=value, or remove the line.',
    );
  }

  /** For Compose, it is the value. */
  #commentOrValue(name: string): void {
    const remedy = 'Put a comment on a separate line, or put the value in quotes.';
    this.#warn(this.#at, `The value of ${name} begins with "#" and isn't a comment`, remedy);
  }

  #value(name: string): void {
    const start = this.#at;
    const quote = this.#text[start];
    if (quote === "'" || quote === '"') return this.#quoted(name, quote, start);
    this.#toLineEnd();
    const [value = ''] = this.#text.slice(start, this.#at).split(' #', 1);
    this.#expand(name, value.replace(AT_END, ''), (at) => start + at);
  }

  #quoted(name: string, quote: string, start: number): void {
    const content = this.#untilQuote(quote);
    if (content === undefined) {
      this.#at = this.#text.length;
      return this.#wrong(
        start,
        `The quote that begins the value of ${name} isn't closed`,
        'Close the quote. Inside quotes, write \\" or \\\' for the quote itself.',
      );
    }
    if (quote === '"') this.#expand(name, unescaped(content), () => start);
    else this.values.set(name, content);
    this.#afterQuote(name);
  }

  /** The text between the quotes, with escaped quotes unescaped; undefined if there is no closing quote. */
  #untilQuote(quote: string): string | undefined {
    let content = '';
    for (let i = this.#at + 1; i < this.#text.length; i++) {
      const char = this.#text[i] ?? '';
      if (char === quote) {
        this.#at = i + 1;
        return content;
      }
      if (char !== '\\') content += char;
      else {
        const next = this.#text[++i] ?? '';
        content += next === quote ? next : char + next;
      }
    }
    return undefined;
  }

  /** Compose begins another assignment there, and loses the end of a multi-line value. */
  #afterQuote(name: string): void {
    this.#skip(BLANKS);
    const next = this.#text[this.#at];
    if (next === undefined || next === '\n' || next === '#') return;
    this.#wrong(
      this.#at,
      `Text follows the closing quote of ${name}`,
      'End the line after the quote. A comment begins with " #". Inside quotes, write \\" or \\\' for the quote itself.',
    );
    this.#toLineEnd();
  }

  #expand(name: string, value: string, placeOf: (at: number) => number): void {
    const found = interpolate(value, (other) => this.#env[other] ?? this.values.get(other));
    if ('text' in found) this.values.set(name, found.text);
    else this.#wrong(placeOf(found.at), `The value of ${name} ${FAULTS[found.fault]}`, DOLLAR);
  }

  #noAssignment(at: number, why: string): void {
    const { line } = this.#position(at);
    this.#wrong(
      at,
      `Line ${line} of ${this.#shown} isn't NAME=value: ${why}`,
      'Write one NAME=value per line. Put a value of several lines in quotes. A comment begins with "#".',
    );
    this.#toLineEnd();
  }

  #toLineEnd(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #skip(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0] ?? '';
    this.#at += found.length;
    return found;
  }

  #position(at: number): Position {
    const before = this.#text.slice(0, at).split('\n');
    return { file: this.#shown, line: before.length, column: [...(before.at(-1) ?? '')].length + 1 };
  }

  #wrong(at: number, message: string, remedy: string): void {
    this.problems.push(problem('HF1021', message, { position: this.#position(at), remedy }));
  }

  #warn(at: number, message: string, remedy: string): void {
    this.problems.push(
      problem('HF1021', message, { position: this.#position(at), remedy, severity: 'warning' }),
    );
  }
}

const FAULTS: Readonly<Record<Fault, string>> = {
  invalid: 'has a "$" that doesn\'t begin a reference',
  required: "refers to a required variable that isn't set",
  unset: "refers to a variable that isn't set",
};
const DOLLAR =
  'For a literal "$", put the value in single quotes or write $$. If the variable can be missing, write ${NAME:-}.';

function unescaped(content: string): string {
  return content.replaceAll(ESCAPES, (escape) => {
    const mark = escape[1] ?? '';
    if (mark === '$') return '$$';
    if (mark === '0') return octal(escape.slice(2));
    return CONTROLS[mark] ?? (mark === 'c' ? escape : mark);
  });
}

/** `\0123`. A number other than three octal digits below 256 loses its zero and stays. */
function octal(digits: string): string {
  const code = /^[0-7]{3}$/.test(digits) ? parseInt(digits, 8) : 256;
  return code < 256 ? String.fromCharCode(code) : `\\${digits}`;
}
