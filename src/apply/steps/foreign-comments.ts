// Comments that others changed while a transaction ran. They have no path, so they aren't among the values of
// foreign-edits.ts; they stay all the same, and are reported the same way.
import { sameLayout } from '../../gateway/layout/layouts.ts';
import type { LiveFile } from '../../domain/live.ts';
import type { Evidence } from '../../domain/outcome/outcome.ts';
import { problem } from '../../domain/problem/problem.ts';
import { addedComments, commentsInWords } from '../../plan/prediction/comments.ts';
import { isOwnMarker } from '../../plan/route/rollback/rollback-writes.ts';
import type { LostComment } from '../../plan/types/lost-comment.ts';
import { isDestroyed, layoutIn } from '../run/compare.ts';
import type { DeepLive } from '../run/read.ts';
import { type LiveRun, notice, type Run } from '../run/run.ts';
import { KEPT } from './foreign-edits.ts';

/**
 * Comments that others added to a file that isn't destroyed. Holdfast's writes add none, except its own marker. A file
 * that changed to the other layout has comments of the gateway, which it adds when it migrates the file (C v8 §4.6).
 */
export function commentsOfOthers(run: LiveRun, before: LiveFile, now: DeepLive): readonly LostComment[] {
  if (isDestroyed(now) || !sameLayout(layoutIn(before), layoutIn(now.file))) return [];
  return addedComments(run.dialect.catalog, textOf(before), textOf(now.file)).filter(
    ({ text }) => !isOwnMarker(text),
  );
}

const textOf = ({ text }: LiveFile): { readonly text: string } => ({ text: text.open() });

/** Reports them; the evidence is for the outcome and the history. */
export function keptComments(
  run: Run,
  did: 'added' | 'moved or removed',
  comments: readonly LostComment[],
): readonly Evidence[] {
  if (comments.length === 0) return [];
  const detail = `${did} ${commentsInWords(comments)}`;
  const { name } = run.context.target;
  notice(
    run,
    problem('HF5019', `someone else ${detail}; that change stays`, { target: name, severity: 'warning' }),
  );
  return [{ check: KEPT, passed: true, detail }];
}
