// Whether a backup of this run can be found afterwards. A runner of a CI system discards its disk, so only files
// that someone keeps elsewhere survive.
import type { Environment } from '../input/environment.ts';
import { isWithin } from '../settings/state.ts';
import type { StateSettings } from '../settings/settings.ts';

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
 * The CI job of this process; undefined elsewhere. `CI=true` alone isn't enough: it means that nobody watches, not
 * that the machine is discarded.
 */
export function ciJob(env: Environment): string | undefined {
  for (const [system, names] of SYSTEMS)
    if ((env[system] ?? '') !== '') return [system, ...names.map((name) => env[name] ?? '')].join(' ');
  return undefined;
}

/** Why no backup of this run survives it; undefined if one does. */
export function backupsVanish(
  { dir, lasting, backups }: StateSettings,
  isOfThisJob: boolean,
): string | undefined {
  if (lasting ?? !isOfThisJob) return undefined;
  if (backups && !isWithin(dir, backups.dir)) return undefined;
  const why =
    lasting === false
      ? '`state.lasting` is false'
      : 'the state directory was created in this CI job, which ends with its disk';
  return backups ? `${why}, and \`state.backups\` is inside it` : `${why}, and \`state.backups\` isn't set`;
}
