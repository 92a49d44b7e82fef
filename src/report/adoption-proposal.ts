// What a pull request of an adoption says. Its paths contain no secrets.

/** Holdfast's own branch of a target: a new commit replaces an earlier one. */
export const adoptionBranch = (target: string): string => `holdfast/adopt-${target}`;

const MOST = 200;

interface Adopted {
  readonly target: string;
  readonly paths: readonly string[];
  /** What still differs. */
  readonly left: readonly { readonly path: string }[];
}

export function adoptionProposal({ target, paths, left }: Adopted): {
  readonly title: string;
  readonly body: string;
} {
  const what = paths.length === 1 ? 'a change' : `${paths.length} changes`;
  return {
    title: `Adopt ${what} of gateway ${target}`,
    body: [
      `Someone changed the gateway \`${target}\`. This pull request writes what it has now into the files that declare it. After the merge, Holdfast has nothing to apply for these paths:`,
      listed(paths),
      ...(left.length > 0
        ? ["What still differs and isn't in this pull request:", listed(left.map(({ path }) => path))]
        : []),
      'To restore the values of the files instead, close it and run `holdfast apply --mode enforce`. Holdfast updates this pull request while it is open.',
    ].join('\n\n'),
  };
}

function listed(paths: readonly string[]): string {
  const rest = paths.length - MOST;
  const lines = paths.slice(0, MOST).map((path) => `- ${codeSpan(path)}`);
  return [...lines, ...(rest > 0 ? [`- and ${rest} more`] : [])].join('\n');
}

/** Back-ticks and line breaks in a name end no code. */
const codeSpan = (text: string): string => `\`\` ${text.replaceAll(/[`\r\n]/g, ' ')} \`\``;
