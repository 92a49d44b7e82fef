// A commit for people: its subject and its author. Both are texts from outside, on one line.
import type { Commit } from '../../domain/desired.ts';
import { oneLine } from '../../lib/terminal-safe.ts';

/** `"subject" by author`, as far as they are known; undefined if neither is. */
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
