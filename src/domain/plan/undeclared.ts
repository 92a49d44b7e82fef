// What the gateway has and no file declares: by section, without values.

export interface Undeclared {
  /** A setting, a list, or a map of named things. */
  readonly path: string;
  /** Entries, or keys of the map; 1 for a setting. */
  readonly count: number;
  /** Of the first entries; secrets as fingerprints. */
  readonly names: readonly string[];
}

/** `gemini-api-key (3): #1a2b3c4d, #2b3c4d5e and 1 more`. */
export function undeclaredText({ path, count, names }: Undeclared): string {
  if (names.length === 0) return path;
  const rest = count - names.length;
  return `${path} (${count}): ${names.join(', ')}${rest > 0 ? ` and ${rest} more` : ''}`;
}
