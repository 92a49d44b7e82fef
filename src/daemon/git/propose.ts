// A pull request for a branch that was pushed. The branch stays where the forge refuses.
import { fail, HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import { openForge } from '../../forge/forge.ts';
import { type Proposal, putPullRequest } from '../../forge/pull-request.ts';
import type { GitSettings } from '../../settings/daemon-source.ts';

export interface Proposed {
  /** Absent: the settings name no forge, or it refused. */
  readonly pullRequest?: { readonly number: number; readonly link: string };
  /** Warnings: why there is none. */
  readonly problems: readonly Problem[];
}

export async function propose(
  { ref, pullRequests: access }: GitSettings,
  proposal: Omit<Proposal, 'into'>,
  signal: AbortSignal,
): Promise<Proposed> {
  if (!access) return { problems: [] };
  try {
    if (ref.kind !== 'branch')
      throw fail('HF2097', `the daemon follows a ${ref.kind}, so there is no branch for a pull request`, {
        remedy: `Open the pull request for ${proposal.branch} by hand.`,
      });
    const { kind, api, repository, token } = access;
    await using forge = openForge({ kind, api: api.href, repository, token: token.open(), signal });
    const { number, link } = await putPullRequest(forge, { ...proposal, into: ref.name });
    return { pullRequest: { number, link }, problems: [] };
  } catch (error) {
    if (!(error instanceof HoldfastError)) throw error;
    return { problems: error.problems.map((one) => withoutPull(one, proposal.branch)) };
  }
}

const withoutPull = ({ code, message, remedy }: Problem, branch: string): Problem =>
  problem(code, `${branch} is pushed, and has no pull request: ${message}`, { severity: 'warning', remedy });
