// A commit in the words of people: what it says, and who wrote it. Both are somebody's text, on one line.
import type { Commit } from '../../domain/desired.ts';
import { oneLine } from '../../lib/terminal-safe.ts';

/** `"subject" by author`, as much of it as is known; undefined where nothing is. */
export function commitWords({ subject, author }: Commit): string | undefined {
  const words = [
    ...(subject === undefined ? [] : [`"${oneLine(subject)}"`]),
    ...(author === undefined ? [] : [`by ${oneLine(author)}`]),
  ];
  return words.length > 0 ? words.join(' ') : undefined;
}

/** `commit 1a2b3c4d "subject" by author`. */
export function commitText(commit: Commit & { readonly dirty: boolean }, digits = 8): string {
  const dirty = commit.dirty ? ' with uncommitted changes' : '';
  const words = commitWords(commit);
  return `commit ${commit.sha.slice(0, digits)}${dirty}${words === undefined ? '' : ` ${words}`}`;
}
