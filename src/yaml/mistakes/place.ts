// A position in a YAML text, the lines around it, and the form of a reported mistake.
import type { Code } from '../../domain/problem/codes.ts';

export interface Mistake {
  readonly code: Code;
  readonly message: string;
  /** Offset into the text. */
  readonly at: number;
  readonly remedy?: string;
}

/** A mistake in the syntax of the text; most are. */
export const mistake = (message: string, at: number, remedy?: string): Mistake => ({
  code: 'HF2010',
  message,
  at,
  ...(remedy !== undefined && { remedy }),
});

export class Place {
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

  /** Of the first non-blank character in the line. */
  get firstAt(): number {
    return this.lineStart + indentOf(this.line);
  }

  get number(): number {
    return this.text.slice(0, this.lineStart).split('\n').length;
  }

  /** The same line, or the next one with content if this one is empty or a comment. */
  get spoken(): Place {
    return isSilent(this.line) ? (this.below() ?? this) : this;
  }

  /** The next line with content, if there is one. */
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

  /** The previous line with content, if there is one. */
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

export const indentOf = (line: string): number => /^ */.exec(line)?.[0].length ?? 0;
/** Where its key begins: after the dashes. */
export const keyColumnOf = (line: string): number => /^ *(?:- +)*/.exec(line)?.[0].length ?? 0;
export const isSilent = (line: string): boolean => /^\s*(?:#.*)?$/.test(line);
export const spaces = (count: number): string => (count === 1 ? '1 space' : `${count} spaces`);

/** `key:value`, `-item`. */
export function missingBlank({ line, lineStart }: Place): Mistake | undefined {
  const dash = /^ *(?:- +)*-(?=[\w"'$])/.exec(line);
  if (dash && !/^ *-?[\w.-]+: /.test(line.slice(dash[0].length - 1)))
    return mistake('A space is missing after the dash', lineStart + dash[0].length, 'Write `- item`.');
  const colon = /^ *(?:- +)*[\w.-]+:(?=[^\s/])/.exec(line);
  return colon
    ? mistake('A space is missing after the colon', lineStart + colon[0].length, 'Write `key: value`.')
    : undefined;
}
