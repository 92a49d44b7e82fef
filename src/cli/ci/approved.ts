// The plans in Holdfast's comments on the merged pull request of this job. A digest is keyed by the management key,
// so nobody without the key can write a digest that an apply would accept for another plan.
import { fail } from '../../domain/problem/problem.ts';
import { approvedIn } from '../../forge/comment.ts';
import type { Io } from '../../compose/io.ts';
import type { Approved } from './approval.ts';
import { openJob } from './job.ts';

export function approvedOnForge(io: Io): Approved {
  return {
    async digestOf(target, settings) {
      const { job, forge } = await openJob(io, '--as-approved');
      await using open = forge;
      // A job that runs because a pull request was closed belongs to that pull request.
      const pulls = job.pullRequest ? [job.pullRequest.number] : await open.mergedAt(job.commit);
      const [pull] = pulls;
      if (pull === undefined)
        throw fail('HF8011', `commit ${job.commit.slice(0, 12)} is of no merged pull request`, { target });
      const digest = await approvedIn(open, pull, { target, settings });
      if (digest) return digest;
      throw fail('HF8011', `pull request ${pull} has no plan of "${target}" that could be applied`, {
        target,
      });
    },
  };
}
