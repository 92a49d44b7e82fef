// Patterns of names in which `*` stands for any text, the empty one too.

/** Matches a whole name that one of the patterns matches. `flags` as of RegExp. */
export function wildcards(patterns: readonly string[], flags = ''): RegExp {
  const one = (pattern: string): string =>
    pattern
      .split('*')
      .map((part) => part.replaceAll(/[\\^$.+?()[\]{}|]/g, String.raw`\$&`))
      .join('.*');
  return new RegExp(`^(?:${patterns.map(one).join('|')})$`, `${flags}s`);
}
