// The variables that each forge gives a job, and the file of the event where it has one.
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { FakeForge } from './fake-forge.ts';
import { TOKEN } from './fake-forge.ts';

export interface JobOptions {
  /** Where the file of the event is written. */
  readonly eventFile: string;
  readonly event: 'pull-request' | 'push' | 'schedule';
  /** What is checked out; on a pull request also its head. */
  readonly commit: string;
  /** Number of the pull request. */
  readonly pull?: number;
  readonly base?: string;
  readonly before?: string;
  readonly isFromFork?: boolean;
  readonly run?: number;
}

type Variables = Record<string, string>;

export async function jobVariables(forge: FakeForge, options: JobOptions): Promise<Variables> {
  if (forge.kind === 'gitlab') return gitlabVariables(forge, options);
  await mkdir(dirname(options.eventFile), { recursive: true });
  await writeFile(options.eventFile, JSON.stringify(eventOf(forge, options)));
  const { run = 77 } = options;
  return {
    CI: 'true',
    GITHUB_ACTIONS: 'true',
    ...(forge.kind !== 'github' && { GITEA_ACTIONS: 'true' }),
    ...(forge.kind === 'forgejo' && { FORGEJO_ACTIONS: 'true' }),
    GITHUB_API_URL: forge.api,
    GITHUB_SERVER_URL: 'https://forge.example',
    GITHUB_REPOSITORY: forge.repository,
    GITHUB_SHA: options.commit,
    GITHUB_EVENT_NAME: options.event === 'pull-request' ? 'pull_request' : options.event,
    GITHUB_EVENT_PATH: options.eventFile,
    GITHUB_REF_TYPE: 'branch',
    GITHUB_REF_NAME: options.event === 'pull-request' ? `${options.pull}/merge` : 'main',
    GITHUB_RUN_ID: String(run),
    [{ github: 'GITHUB_TOKEN', gitea: 'GITEA_TOKEN', forgejo: 'FORGEJO_TOKEN' }[forge.kind]]: TOKEN,
  };
}

function eventOf({ repository }: FakeForge, options: JobOptions): object {
  const { event, pull, commit, base, before, isFromFork } = options;
  const own = { repository: { full_name: repository, default_branch: 'main' } };
  if (event === 'push')
    return { ...own, ref: 'refs/heads/main', before: before ?? '0'.repeat(40), after: commit };
  if (event === 'schedule') return { ...own, schedule: '17 3 * * *' };
  return {
    ...own,
    number: pull,
    pull_request: {
      number: pull,
      head: {
        sha: commit,
        ref: 'change',
        repo: { full_name: isFromFork ? 'stranger/gateways' : repository },
      },
      base: { sha: base ?? before ?? '', ref: 'main', repo: { full_name: repository } },
    },
  };
}

function gitlabVariables(forge: FakeForge, options: JobOptions): Variables {
  const { event, commit, pull, base, before, isFromFork, run = 77 } = options;
  return {
    CI: 'true',
    GITLAB_CI: 'true',
    CI_API_V4_URL: forge.api,
    CI_PROJECT_ID: isFromFork ? '666' : forge.repository,
    CI_PROJECT_PATH: 'team/gateways',
    CI_COMMIT_SHA: commit,
    CI_COMMIT_BEFORE_SHA: before ?? '0'.repeat(40),
    CI_DEFAULT_BRANCH: 'main',
    CI_JOB_ID: String(run),
    CI_JOB_URL: `https://forge.example/team/gateways/-/jobs/${run}`,
    CI_PIPELINE_SOURCE: event === 'pull-request' ? 'merge_request_event' : event,
    ...(event === 'pull-request'
      ? {
          CI_MERGE_REQUEST_IID: String(pull),
          CI_MERGE_REQUEST_PROJECT_ID: forge.repository,
          CI_MERGE_REQUEST_SOURCE_PROJECT_ID: isFromFork ? '666' : forge.repository,
          CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
          ...(base !== undefined && { CI_MERGE_REQUEST_DIFF_BASE_SHA: base }),
        }
      : { CI_COMMIT_BRANCH: 'main' }),
    GITLAB_TOKEN: TOKEN,
  };
}
