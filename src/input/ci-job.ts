// What a CI system tells its job: which forge, which commit, which pull request, and whether it comes from a fork.
// Read from the variables of GitHub, GitLab, Gitea and Forgejo, and from the event file.
import type { ForgeKind } from '../domain/forge.ts';
import type { Environment } from './environment.ts';
import { eventOfJob, isActionsJob } from './job-event.ts';

export interface PullRequest {
  /** For people: `#12`, `!12`. */
  readonly number: number;
  /** The newest commit of its branch. Not the merge commit that some systems check out. */
  readonly head: string;
  /** The commit of the target branch when the event was created. */
  readonly base?: string;
  /** The name of that branch. */
  readonly baseBranch?: string;
  /** Its branch is in another repository, so its author may have no write access here. */
  readonly isFromFork: boolean;
}

export interface CiJob {
  readonly forge: ForgeKind;
  /** Root of the API, without a slash at its end. */
  readonly api: string;
  /** `owner/name`, on GitLab the number of the project. */
  readonly repository: string;
  /** What is checked out. */
  readonly commit: string;
  readonly event: 'pull-request' | 'push' | 'schedule' | 'other';
  readonly pullRequest?: PullRequest;
  /** Of a push: the commit that the branch had before. Absent for a new branch. */
  readonly before?: string;
  readonly branch?: string;
  readonly defaultBranch?: string;
  /** The page of this run. */
  readonly link?: string;
  /** The run in a few words. */
  readonly run: string;
}

/** Undefined outside of known CI systems. */
export async function ciJobOf(env: Environment): Promise<CiJob | undefined> {
  if (env['GITLAB_CI'] === 'true') return gitlabJob(env);
  if (isActionsJob(env)) return actionsJob(env);
  return undefined;
}

/**
 * A variable that identifies the CI system, and those that identify the job. Gitea and Forgejo set those of GitHub.
 */
const SYSTEMS = [
  ['GITHUB_ACTIONS', ['GITHUB_RUN_ID', 'GITHUB_RUN_ATTEMPT', 'GITHUB_JOB']],
  ['GITLAB_CI', ['CI_JOB_ID']],
  ['CIRCLECI', ['CIRCLE_WORKFLOW_JOB_ID']],
  ['TF_BUILD', ['BUILD_BUILDID', 'SYSTEM_JOBID']],
  ['BITBUCKET_BUILD_NUMBER', ['BITBUCKET_STEP_UUID']],
] as const;

/**
 * A text that identifies the CI job of this process; undefined elsewhere. Also of systems without a known forge. `CI=true` alone isn't enough: it means that nobody watches, not
 * that the machine is discarded.
 */
export function jobIdOf(env: Environment): string | undefined {
  for (const [system, names] of SYSTEMS)
    if ((env[system] ?? '') !== '') return [system, ...names.map((name) => env[name] ?? '')].join(' ');
  return undefined;
}

/** A pull request whose author may have no rights here, or about which nothing is known. */
export function isFromOutside(job: CiJob | undefined): boolean {
  return job?.event === 'pull-request' && job.pullRequest?.isFromFork !== false;
}

const NO_COMMIT = /^0+$/;

function gitlabJob(env: Environment): CiJob | undefined {
  const { CI_API_V4_URL: api, CI_PROJECT_ID: project, CI_COMMIT_SHA: commit } = env;
  if (!api || !project || !commit) return undefined;
  const number = Number(env['CI_MERGE_REQUEST_IID']);
  const pullRequest = number > 0 ? mergeRequest(env, number, commit) : undefined;
  const before = env['CI_COMMIT_BEFORE_SHA'];
  const source = env['CI_PIPELINE_SOURCE'];
  return {
    forge: 'gitlab',
    api: withoutSlash(api),
    // A pipeline of a fork contains the project of the merge request.
    repository: (pullRequest && env['CI_MERGE_REQUEST_PROJECT_ID']) || project,
    commit,
    event: pullRequest || source === 'merge_request_event' ? 'pull-request' : plainEvent(source),
    ...(pullRequest && { pullRequest }),
    ...(before && !NO_COMMIT.test(before) && { before }),
    ...optional('branch', env['CI_COMMIT_BRANCH']),
    ...optional('defaultBranch', env['CI_DEFAULT_BRANCH']),
    ...optional('link', env['CI_JOB_URL']),
    run: `GitLab job ${env['CI_JOB_ID'] ?? ''} of ${env['CI_PROJECT_PATH'] ?? project}`,
  };
}

function mergeRequest(env: Environment, number: number, commit: string): PullRequest {
  const { CI_MERGE_REQUEST_SOURCE_PROJECT_ID: from, CI_MERGE_REQUEST_PROJECT_ID: to } = env;
  return {
    number,
    // Set if the pipeline runs on the merged result.
    head: env['CI_MERGE_REQUEST_SOURCE_BRANCH_SHA'] || commit,
    ...optional('base', env['CI_MERGE_REQUEST_TARGET_BRANCH_SHA'] || env['CI_MERGE_REQUEST_DIFF_BASE_SHA']),
    ...optional('baseBranch', env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME']),
    isFromFork: from !== to,
  };
}

/** The parts of an event that are used; the forges agree on them. */
interface ActionsEvent {
  readonly before?: string;
  readonly repository?: { readonly default_branch?: string; readonly full_name?: string };
  readonly pull_request?: {
    readonly number?: number;
    readonly head?: { readonly sha?: string; readonly repo?: { readonly full_name?: string } | null };
    readonly base?: { readonly sha?: string; readonly ref?: string };
  };
}

async function actionsJob(env: Environment): Promise<CiJob | undefined> {
  const { GITHUB_REPOSITORY: repository, GITHUB_SHA: commit, GITHUB_EVENT_NAME: name } = env;
  const forge = actionsForge(env);
  const server = withoutSlash(env['GITHUB_SERVER_URL'] ?? '');
  const api =
    env['GITHUB_API_URL'] || (forge === 'github' ? 'https://api.github.com' : server && `${server}/api/v1`);
  if (!repository || !commit || !api) return undefined;
  const event = await knownEvent(env);
  const pullRequest = pullRequestOf(event, repository);
  const run = env['GITHUB_RUN_ID'];
  const before = event.before;
  return {
    forge,
    api: withoutSlash(api),
    repository,
    commit,
    event: pullRequest || name?.startsWith('pull_request') ? 'pull-request' : plainEvent(name),
    ...(pullRequest && { pullRequest }),
    ...(before && !NO_COMMIT.test(before) && { before }),
    ...(env['GITHUB_REF_TYPE'] === 'branch' && optional('branch', env['GITHUB_REF_NAME'])),
    ...optional('defaultBranch', event.repository?.default_branch),
    ...(run && server && { link: `${server}/${repository}/actions/runs/${run}` }),
    run: `run ${run ?? ''} of ${repository}`,
  };
}

function actionsForge(env: Environment): ForgeKind {
  if (env['FORGEJO_ACTIONS'] === 'true') return 'forgejo';
  return env['GITEA_ACTIONS'] === 'true' ? 'gitea' : 'github';
}

/** A head whose repository was deleted, or isn't given, isn't ours. */
function pullRequestOf({ pull_request: pull }: ActionsEvent, repository: string): PullRequest | undefined {
  const head = pull?.head?.sha;
  if (pull?.number === undefined || head === undefined) return undefined;
  return {
    number: pull.number,
    head,
    ...optional('base', pull.base?.sha),
    ...optional('baseBranch', pull.base?.ref),
    isFromFork: pull.head?.repo?.full_name !== repository,
  };
}

/** Without a readable event, nothing is known about a pull request. */
async function knownEvent(env: Environment): Promise<ActionsEvent> {
  const event = await eventOfJob(env);
  return typeof event === 'string' ? {} : event; // as the forges describe it
}

const plainEvent = (name: string | undefined): CiJob['event'] =>
  name === 'push' || name === 'schedule' ? name : 'other';

const withoutSlash = (url: string): string => url.replace(/\/+$/, '');

function optional<K extends string>(name: K, value: string | undefined): { [key in K]?: string } {
  return value ? ({ [name]: value } as { [key in K]?: string }) : {}; // one member, of that name
}
