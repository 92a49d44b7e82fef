// Valid texts for HTTP: values and names of headers (RFC 9110 §5.1, §5.5), and URLs. Pure.

/** An invalid character: its name and its position, from 1. Never reveals its surroundings. */
export interface Uncarried {
  readonly what: string;
  readonly at: number;
}

const IN_URL = /[\p{Cc}&&\p{ASCII}]/v;
const IN_VALUE = /[[\p{Cc}&&\p{ASCII}]--\t]/v;
const IN_NAME = /[^!#$%&'*+\-.^_`|~0-9A-Za-z]/u;

/** Undefined: valid as the value of a header. */
export const uncarriedInValue = (text: string): Uncarried | undefined => first(IN_VALUE, text);

/** Undefined: no character makes the URL invalid. */
export const uncarriedInUrl = (text: string): Uncarried | undefined => first(IN_URL, text);

/** Undefined: valid as the name of a header. */
export const uncarriedInName = (text: string): Uncarried | undefined => first(IN_NAME, text);

function first(pattern: RegExp, text: string): Uncarried | undefined {
  const index = text.search(pattern);
  if (index < 0) return undefined;
  return {
    what: nameOf(String.fromCodePoint(text.codePointAt(index) ?? 0)),
    at: Array.from(text.slice(0, index)).length + 1,
  };
}

function nameOf(char: string): string {
  if (char === '\n' || char === '\r') return 'a line break';
  if (char === '\t') return 'a tab';
  if (char === ' ') return 'a space';
  if (/^[\x21-\x7E]$/.test(char)) return `the character "${char}"`;
  const hex = (char.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0');
  return IN_URL.test(char) ? `the control character U+${hex}` : `the character U+${hex}`;
}
