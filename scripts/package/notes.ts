// The text of a release: its section of the changelog.

/** The first of these sections that says something, without its heading. Throws if none does. */
export function notesOf(changelog: string, ...names: readonly string[]): string {
  const sections = new Map(
    changelog
      .split(/^## /m)
      .slice(1)
      .map((text) => [headingOf(text), textOf(text)]),
  );
  const notes = names.map((name) => sections.get(name) ?? '').find((text) => text !== '');
  if (notes !== undefined) return `${notes}\n`;
  const asked = names.map((name) => `"## ${name}"`).join(' or ');
  throw new Error(
    `CHANGELOG.md says nothing below ${asked}. Its sections are: ${[...sections.keys()].join(', ')}.`,
  );
}

const textOf = (section: string): string => section.replace(/^.*/, '').trim();

/** `0.2.0` of `## [0.2.0] - 2026-12-01`, `## 0.2.0 (2026-12-01)`. */
function headingOf(section: string): string {
  return /^\[?([^\s\]]+)/.exec(section)?.[1] ?? '';
}
