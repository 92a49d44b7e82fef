// Which commit counts as last applied in a job of GitHub, Gitea, Forgejo or GitLab: from the environment and the event
// file alone. Where they don't tell, nothing is guessed.
import type { Environment } from '../input/environment.ts';
import { eventOfJob, isActionsJob, type Json } from '../input/job-event.ts';
import type { ReadText } from '../input/text-file.ts';

/** `revision` as in `--base`. `isApplied`: the platform says so, whatever history says. */
export type JobBase =
  | { readonly kind: 'base'; readonly revision: string; readonly why: string; readonly isApplied: boolean }
  | { readonly kind: 'none'; readonly why: string };

/** What the command asks: what `apply` would change, or what is no longer as it was applied. */
export type Question = 'changes' | 'drift';

/** Undefined outside of such a job. */
export async function baseOfJob(
  env: Environment,
  question: Question,
  readText: ReadText,
): Promise<JobBase | undefined> {
  if (env['GITLAB_CI'] === 'true') return ofGitlab(env, question);
  if (!isActionsJob(env)) return undefined;
  const event = await eventOfJob(env, readText);
  if (typeof event === 'string') return { kind: 'none', why: event };
  return ofEvent(env['GITHUB_EVENT_NAME'] ?? '', event, question);
}

function jsonAt(value: unknown, ...names: readonly string[]): Json {
  const found = names.reduce((at, name) => jsonAt(at)[name] as Json, value as Json);
  return typeof found === 'object' && found !== null ? found : {};
}

const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** Undefined for what is no commit: platforms write zeros where there is none. */
const shaOf = (value: unknown): string | undefined => {
  const sha = textOf(value) ?? '';
  return /^[0-9a-f]{40}(?:[0-9a-f]{24})?$/.test(sha) && !/^0+$/.test(sha) ? sha : undefined;
};

function ofEvent(name: string, event: Json, question: Question): JobBase {
  if (name === 'push') return ofPush(event);
  if (name === 'merge_group') {
    const base = shaOf(jsonAt(event, 'merge_group')['base_sha']);
    if (base !== undefined)
      return { kind: 'base', revision: base, why: 'the base of the merge queue', isApplied: true };
  }
  if (event['pull_request'] !== undefined) return ofPullRequest(event);
  return withoutPush(name === '' ? 'this job' : `a \`${name}\` job`, question);
}

function ofPush(event: Json): JobBase {
  const ref = textOf(event['ref']) ?? '';
  const before = shaOf(event['before']);
  const branch = ref.replace(/^refs\/heads\//, '');
  if (ref.startsWith('refs/tags/'))
    return { kind: 'none', why: "the push of a tag doesn't tell which tag was applied before" };
  if (before === undefined)
    return { kind: 'none', why: `this is the first push of ${branch === '' ? 'the branch' : branch}` };
  const rewritten = event['forced'] === true ? ', which rewrote the branch' : '';
  return { kind: 'base', revision: before, why: `the commit before this push${rewritten}`, isApplied: true };
}

function ofPullRequest(event: Json): JobBase {
  const pull = jsonAt(event, 'pull_request');
  const number = pull['number'] ?? event['number'];
  const into = textOf(jsonAt(pull, 'base')['ref']);
  const called = `pull request${typeof number === 'number' ? ` #${number}` : ''}`;
  const why = `the merge base of ${called}${into === undefined ? '' : ` and ${into}`}`;
  const told = shaOf(pull['merge_base']); // Gitea and Forgejo
  if (told !== undefined) return { kind: 'base', revision: told, why, isApplied: true };
  const base = shaOf(jsonAt(pull, 'base')['sha']);
  if (base === undefined) return { kind: 'none', why: `the event of the ${called} doesn't name its base` };
  return { kind: 'base', revision: `merge-base:${base}`, why, isApplied: true };
}

function ofGitlab(env: Environment, question: Question): JobBase {
  const merged = shaOf(env['CI_MERGE_REQUEST_DIFF_BASE_SHA']);
  const number = env['CI_MERGE_REQUEST_IID'];
  const into = env['CI_MERGE_REQUEST_TARGET_BRANCH_NAME'];
  if (merged !== undefined) {
    const called = `merge request${number === undefined ? '' : ` !${number}`}`;
    const why = `the merge base of ${called}${into === undefined ? '' : ` and ${into}`}`;
    return { kind: 'base', revision: merged, why, isApplied: true };
  }
  const source = env['CI_PIPELINE_SOURCE'] ?? '';
  if (source !== 'push')
    return withoutPush(source === '' ? 'this job' : `a \`${source}\` pipeline`, question);
  if (env['CI_COMMIT_TAG'] !== undefined)
    return { kind: 'none', why: "the push of a tag doesn't tell which tag was applied before" };
  const before = shaOf(env['CI_COMMIT_BEFORE_SHA']);
  if (before === undefined)
    return { kind: 'none', why: `this is the first push of ${env['CI_COMMIT_BRANCH'] ?? 'the branch'}` };
  return { kind: 'base', revision: before, why: 'the commit before this push', isApplied: true };
}

/** Schedules and people start a job without saying what was applied before: its changes can't be told from drift. */
function withoutPush(job: string, question: Question): JobBase {
  if (question === 'drift')
    return {
      kind: 'base',
      revision: 'HEAD',
      why: `${job} looks for drift`,
      isApplied: true,
    };
  return { kind: 'none', why: `${job} doesn't tell which commit was applied before` };
}
