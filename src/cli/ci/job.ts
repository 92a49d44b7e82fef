// The CI job that a command runs in, and its forge with the token of the job.
import { fail } from '../../domain/problem/problem.ts';
import { type Forge, openForge } from '../../forge/forge.ts';
import { type CiJob, ciJobOf } from '../../input/ci-job.ts';
import type { Io } from '../../compose/io.ts';

export interface OpenJob {
  readonly job: CiJob;
  readonly forge: Forge;
}

const TOKENS: Readonly<Record<CiJob['forge'], readonly string[]>> = {
  github: ['GITHUB_TOKEN', 'GH_TOKEN'],
  gitlab: ['GITLAB_TOKEN'],
  gitea: ['GITEA_TOKEN', 'GITHUB_TOKEN'],
  forgejo: ['FORGEJO_TOKEN', 'GITEA_TOKEN', 'GITHUB_TOKEN'],
};

/** Throws HF8001 outside of CI, HF8002 without a token. `flag`: the flag that requires it. */
export async function openJob(io: Io, flag: string): Promise<OpenJob> {
  const job = await ciJobOf(io.env);
  if (!job) throw fail('HF8001', `${flag} needs a CI job, and this isn't one that Holdfast knows`);
  const names = TOKENS[job.forge];
  const token = names.map((name) => io.env[name]?.trim()).find(Boolean);
  if (!token) throw fail('HF8002', `${flag} needs a token, and ${names.join(' and ')} aren't set`);
  io.hide?.([token]);
  const { forge: kind, api, repository } = job;
  return { job, forge: openForge({ kind, api, repository, token, signal: io.signal }) };
}
