// The event of a job of GitHub, Gitea or Forgejo, which set the same variables: the file that says what started it.
import type { Environment } from './environment.ts';
import { readTextFile, type ReadText } from './text-file.ts';

export type Json = Readonly<Record<string, unknown>>;

export const isActionsJob = (env: Environment): boolean =>
  ['GITHUB_ACTIONS', 'GITEA_ACTIONS', 'FORGEJO_ACTIONS'].some((name) => env[name] === 'true');

/** A text says why there is none. */
export async function eventOfJob(
  env: Environment,
  readText: ReadText = readTextFile,
): Promise<Json | string> {
  const path = env['GITHUB_EVENT_PATH'];
  if (path === undefined || path === '') return 'the job has no event file';
  const read = await readText(path, 'the event file of the job');
  if ('problem' in read) return read.problem.message;
  try {
    const event = JSON.parse(read.text) as unknown;
    return isObject(event) ? event : "the event file of the job isn't a JSON object";
  } catch {
    return "the event file of the job isn't JSON";
  }
}

const isObject = (value: unknown): value is Json =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
