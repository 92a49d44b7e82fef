// What a terminal, a page or a log may be given: texts in which nothing acts. Names and messages come from files and
// gateways that anybody may have written; an escape sequence in one could repaint the page or hide a line.

/**
 * Control characters (C0 but tab and newline, DEL, C1), line separators and marks that turn the direction of writing.
 * Not those that join emoji and letters.
 */
// eslint-disable-next-line no-control-regex -- they are what is looked for
const ACTING = /[\u0000-\u0008\u000B-\u001F\u007F-\u009F\u061C\u200E\u200F\u2028-\u202E\u2066-\u2069\uFEFF]/;

/** In each colour sequence of ours until it leaves the process: parameters that no name or message can know. */
const MARK = [...crypto.getRandomValues(new Uint16Array(3))]
  .map((number) => 1000 + (number % 9000))
  .join(';');

/** The colours of style.ts, the only sequences that are ours. */
const OURS = new RegExp(`\u001B\\[${MARK};(1|2|22|3[1-6]|39)m`);

const ACTING_EACH = new RegExp(ACTING, 'g');
const ACTING_OR_OURS = new RegExp(`${OURS.source}|${ACTING.source}`, 'g');

/** `\u001b` for an escape character: in JSON the same text, elsewhere one that can be seen. */
const spelled = (character: string): string => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;

/** A text from somewhere else, in which nothing acts. Newlines and tabs stay. */
export function terminalSafe(text: string): string {
  return ACTING.test(text) ? text.replaceAll(ACTING_EACH, spelled) : text;
}

/**
 * The same for a finished page, on its way out: our own colours become what a terminal understands. The one place that
 * every text for a terminal passes.
 */
export function terminalSafeText(text: string): string {
  if (!ACTING.test(text)) return text;
  return text.replaceAll(ACTING_OR_OURS, (found: string, colour: string | undefined) =>
    colour === undefined ? spelled(found) : `\u001B[${colour}m`,
  );
}

/** A text in a colour of ours, for a page. `paint` adds the sequences that a terminal understands. */
export function painted(text: string, paint: (text: string) => string): string {
  return paint(terminalSafeText(text)).replaceAll('\u001B[', `\u001B[${MARK};`);
}

/** On one line: nobody can write a line of their own into a list. */
export function oneLine(text: string): string {
  return terminalSafe(text).replaceAll(/\s*\n\s*/g, ' ');
}

/** Members whose newlines are content: renderers quote them, or print them as the lines they are. */
const KEEPS_LINES = new Set(['body', 'before', 'after', 'from', 'value']);

/** Every text inside plain values made visible, names of members included, and on one line unless that is content. */
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
