// The report of drift: one open issue for each target while something differs, closed when nothing does.
import { isMarked, type Subject, subjectMark } from './comment.ts';
import type { Forge } from './forge.ts';

export interface DriftReport {
  readonly subject: Subject;
  /** What differs, below the mark; undefined where nothing does. */
  readonly body: string | undefined;
  readonly title: string;
  /** What is said when it is over. */
  readonly over: string;
}

export const driftMark = (subject: Subject): string => `<!-- ${subjectMark(KIND, subject)} -->`;

const KIND = 'holdfast:drift';

export async function putReport(forge: Forge, { subject, body, title, over }: DriftReport): Promise<void> {
  const mark = subjectMark(KIND, subject);
  const open = (await forge.openIssues()).filter((issue) => isMarked(issue.body, mark));
  if (body === undefined) {
    for (const issue of open) await forge.closeIssue(issue.number, over);
    return;
  }
  const [first] = open.toSorted((a, b) => a.number - b.number);
  if (!first) return forge.addIssue(title, body);
  if (first.body !== body) await forge.editIssue(first.number, body);
}
