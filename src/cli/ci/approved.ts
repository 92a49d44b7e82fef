// The plans in Holdfast's comments on the merged pull request of this job. A digest is keyed by the management key,
// so nobody without the key can write a digest that an apply would accept for another plan.
import { fail } from '../../domain/problem/problem.ts';
import type { Comment } from '../../forge/api/api.ts';
import { approvedIn, digestIn, subjectOf } from '../../forge/comment.ts';
import type { Io } from '../../compose/io.ts';
import type { Approved } from './approval.ts';
import { openJob } from './job.ts';

export async function approvedOnForge(io: Io): Promise<Approved> {
  const { job, forge } = await openJob(io, '--as-approved');
  await using open = forge;
  // A job that runs because a pull request was closed belongs to that pull request.
  const [pull] = job.pullRequest ? [job.pullRequest.number] : await open.mergedAt(job.commit);
  if (pull === undefined)
    throw fail('HF8011', `commit ${job.commit.slice(0, 12)} is of no merged pull request`);
  const comments = await open.comments(pull);
  const base = baseOf(comments);
  return {
    ...(base !== undefined && { base }),
    async digestOf(target, settings) {
      const digest = approvedIn(comments, subjectOf(target, settings));
      if (digest) return digest;
      throw fail('HF8011', `pull request ${pull} has no plan of "${target}" that could be applied`, {
        target,
      });
    },
  };
}

/** One job plans all targets with the same base. */
function baseOf(comments: readonly Comment[]): string | undefined {
  return comments.flatMap(({ body }) => digestIn(body)?.base ?? []).at(-1);
}
