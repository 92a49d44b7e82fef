// `adopt --pull-request` in a CI job: the edits as a commit on a branch of the remote, and the one pull request of it.
import { type Adoption, adoptionMessage } from '../../compose/adoption.ts';
import type { Io } from '../../compose/io.ts';
import { fail, HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import { putPullRequest } from '../../forge/pull-request.ts';
import { adoptionBranch, adoptionProposal } from '../../report/adoption-proposal.ts';
import { type OpenJob, openJob } from '../ci/job.ts';
import { type Committed, isForGit, pushEdits } from '../edits/commit.ts';

export interface ProposeFlags {
  readonly pullRequest?: boolean;
  readonly branch?: string;
  readonly message?: string;
}

export interface Proposed {
  readonly committed: Committed;
  /** Absent: the forge refused. */
  readonly pullRequest?: { readonly number: number; readonly link: string };
  /** Why there is none. */
  readonly problems: readonly Problem[];
}

export interface ProposingJob extends OpenJob {
  /** The branch that the pull request should go into. */
  readonly into: string;
}

/** Throws HF8001 and HF8002 before any work if this job can't open one. */
export async function openProposing(io: Io): Promise<ProposingJob> {
  const opened = await openJob(io, '--pull-request');
  const { branch, defaultBranch } = opened.job;
  const into = branch ?? defaultBranch;
  if (into !== undefined && opened.job.event !== 'pull-request') return { ...opened, into };
  await opened.forge[Symbol.asyncDispose]();
  throw fail('HF8001', '--pull-request needs a job of a branch, and this is one of a pull request or a tag');
}

export async function proposeEdits(
  adoption: Adoption,
  { branch, message }: ProposeFlags,
  { forge, into }: ProposingJob,
  signal: AbortSignal,
): Promise<Proposed | undefined> {
  const { files, target } = adoption;
  if (files.length === 0) return undefined;
  refuseSecrets(adoption);
  const committed = await pushEdits(
    {
      files,
      branch: branch ?? adoptionBranch(target),
      message: message ?? adoptionMessage(adoption),
      replaces: branch === undefined,
    },
    signal,
  );
  try {
    const proposal = { branch: committed.branch, into, ...adoptionProposal(adoption) };
    const { number, link } = await putPullRequest(forge, proposal);
    return { committed, pullRequest: { number, link }, problems: [] };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return {
      committed,
      problems: error.problems.map(({ code, message: why, remedy }) =>
        problem(code, `${committed.branch} is pushed, and has no pull request: ${why}`, { remedy }),
      ),
    };
  }
}

/** What is written beside the repository is gone with the job. */
function refuseSecrets({ files, variables, target }: Adoption): void {
  const others = files.filter((file) => !isForGit(file));
  const isKept = files.some(({ kind }) => kind === 'encrypted');
  if (others.length === 0 && (variables.length === 0 || isKept)) return;
  const what = [...variables.map(({ name }) => name), ...others.map(({ shown }) => shown)].join(', ');
  throw fail('HF2096', `the job can't keep the values that this adds: ${what}`, {
    target,
    remedy:
      'Keep secrets in a file that is encrypted with SOPS (`env-file: secrets.sops.yaml`), run `holdfast adopt` in a clone, or adopt the other paths.',
  });
}
