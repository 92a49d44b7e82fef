// Single changes that are quarantined, and the sentence about them.
import type { Revision } from '../desired.ts';
import type { Position } from '../problem/problem.ts';

/** Changes of a revision that wait, because a bisection found that they fail. */
export interface QuarantinedPart {
  /** The changes at or below it. */
  readonly path: string;
  /** How many there are. */
  readonly changes: number;
  /** Where the files declare it; absent for what they no longer declare. */
  readonly position?: Position;
  /** Why it failed; absent: the tries ran out before it was tried without what failed. */
  readonly reason?: string;
}

/** What a bisection found, as far as its sentence needs it. */
export interface Found {
  readonly parts: readonly QuarantinedPart[];
  /** How many changes failed together. */
  readonly total: number;
  readonly revision: Pick<Revision, 'commit'>;
}

/** Names of changes. */
const MOST = 5;

/** `3 of 14 changes of commit 1234567890ab are quarantined: …; 11 applied and verified` */
export function foundText({ parts, total, revision: { commit } }: Found): string {
  const waiting = countOf(parts);
  const failed = parts.filter(({ reason }) => reason !== undefined);
  const untried = countOf(parts) - countOf(failed);
  const whose = commit ? `commit ${commit.sha.slice(0, 12)}` : 'this revision';
  return [
    `${waiting} of ${total} changes of ${whose} ${waiting === 1 ? 'is' : 'are'} quarantined: ${namesOf(failed)}`,
    ...(untried > 0 ? [`${untried} of them only because the tries ran out`] : []),
    `${Math.max(0, total - waiting)} applied and verified`,
  ].join('; ');
}

const countOf = (parts: readonly QuarantinedPart[]): number =>
  parts.reduce((sum, { changes }) => sum + changes, 0);

function namesOf(parts: readonly QuarantinedPart[]): string {
  const names = parts
    .slice(0, MOST)
    .map(({ path, position }) => (position ? `${path} (${position.file}:${position.line})` : path));
  return [...names, ...(parts.length > MOST ? [`${parts.length - MOST} more`] : [])].join(', ');
}
