// Texts that several rooms create in the same way.

/** `1 entry`, `2 entries`, `3 keys`. */
export function plural(count: number, noun: string): string {
  if (count === 1) return `1 ${noun}`;
  return `${count} ${/[^aeiou]y$/.test(noun) ? `${noun.slice(0, -1)}ies` : `${noun}s`}`;
}

/** With a capital at its beginning and a full stop at its end. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;

const ALTERNATIVES = new Intl.ListFormat('en-GB', { type: 'disjunction' });

/** `bash, zsh or fish`. */
export const orList = (texts: readonly string[]): string => ALTERNATIVES.format(texts);

/** Treats `baseUrl`, `base_url` and `base-url` as equal: for suggestions, never for meaning. */
export function plainSpelling(name: string): string {
  return name
    .replaceAll(/([a-z0-9])([A-Z])/g, '$1-$2')
    .replaceAll('_', '-')
    .toLowerCase();
}

/** `2026-11-23 18:01:42` in UTC. */
export function timeText(ms: number): string {
  return new Date(ms).toISOString().slice(0, 19).replace('T', ' ');
}

/** `2026-11-23 18:01:42 UTC`. */
export function momentText(ms: number): string {
  return `${timeText(ms)} UTC`;
}

/** `20261123T180142Z` in UTC: for names of files and IDs, in the order of time. */
export function stampText(ms: number): string {
  return new Date(ms).toISOString().replaceAll(/[-:]|\.\d+/g, '');
}

/** Cut after at most `most` characters, never inside one. */
export function clipped(text: string, most: number): string {
  if (text.length <= most) return text;
  return `${text.slice(0, most - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
