// Texts that are safe for a terminal, a page or a log. Names and messages come from files and gateways that anyone
// can write; an escape sequence in one could repaint the page or hide a line.

/**
 * Control characters (C0 except tab and newline, DEL, C1), line separators and marks that change the text direction.
 * Not those that join emoji and letters.
 */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const ACTING = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/;

/** Part of each of our colour sequences until output: a parameter that no name or message can know. */
const MARK = [...crypto.getRandomValues(new Uint16Array(3))]
  .map((number) => 1000 + (number % 9000))
  .join(';');

/** The colours of style.ts, our only sequences. */
const OURS = new RegExp(`\u001B\\[${MARK};(1|2|22|3[1-6]|39)m`);

const ACTING_EACH = new RegExp(ACTING, 'g');
const ACTING_OR_OURS = new RegExp(`${OURS.source}|${ACTING.source}`, 'g');

/** `\u001b` for an escape character: in JSON the same text, elsewhere a visible one. */
const spelled = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text from outside, with control characters made visible. Keeps newlines and tabs. */
export function terminalSafe(text: string): string {
  return ACTING.test(text) ? text.replaceAll(ACTING_EACH, spelled) : text;
}

/**
 * The same for a finished page at output: converts our own colours to terminal sequences. Every text for a terminal
 * passes through here.
 */
export function terminalSafeText(text: string): string {
  if (!ACTING.test(text)) return text;
  return text.replaceAll(ACTING_OR_OURS, (found: string, colour: string | undefined) =>
    colour === undefined ? spelled(found) : `\u001B[${colour}m`,
  );
}

/** A text in one of our colours, for a page. `paint` adds the terminal sequences. */
export function painted(text: string, paint: (text: string) => string): string {
  return paint(terminalSafeText(text)).replaceAll('\u001B[', `\u001B[${MARK};`);
}

/** On one line, so that a text can't add a line to a list. */
export function oneLine(text: string): string {
  return terminalSafe(text).replaceAll(/\s*\n\s*/g, ' ');
}

/** Members whose newlines are content: renderers quote them, or print them as lines. */
const KEEPS_LINES = new Set(['body', 'before', 'after', 'from', 'value']);

/**
 * Makes control characters visible in all texts of plain values, including names of members, and puts them on one
 * line unless newlines are content.
 */
export function terminalSafeIn<T>(value: T): T {
  return walk(value, oneLine) as T; // same shape, only texts differ
}

function walk(value: unknown, clean: (text: string) => string): unknown {
  if (typeof value === 'string') return clean(value);
  if (Array.isArray(value)) return value.map((item) => walk(item, clean));
  if (typeof value !== 'object' || value === null || Object.getPrototypeOf(value) !== Object.prototype)
    return value;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => [
      terminalSafe(name),
      walk(member, KEEPS_LINES.has(name) ? terminalSafe : clean),
    ]),
  );
}
