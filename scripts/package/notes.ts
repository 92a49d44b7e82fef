// The text of a release: its section of the changelog.

/** Without its heading. Throws where there is none, or an empty one. */
export function notesOf(changelog: string, version: string): string {
  const sections = changelog.split(/^## /m).slice(1);
  const section = sections.find((text) => headingOf(text) === version);
  const notes = section?.slice(section.indexOf('\n')).trim() ?? '';
  if (notes !== '') return `${notes}\n`;
  const known = sections.map(headingOf).join(', ');
  throw new Error(`CHANGELOG.md says nothing below "## ${version}". Its sections are: ${known}.`);
}

/** `0.2.0` of `## [0.2.0] - 2026-12-01`, `## 0.2.0 (2026-12-01)`. */
function headingOf(section: string): string {
  return /^\[?([^\s\]]+)/.exec(section)?.[1] ?? '';
}
