// The base that jobs of the forges name, and the reason where they name none.
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { baseOfJob, type JobBase, type Question } from '../../src/compose/job-base.ts';
import { readTextFile } from '../../src/input/text-file.ts';

const A = 'a'.repeat(40);
const B = 'b'.repeat(40);
const ZERO = '0'.repeat(40);

const made: string[] = [];
afterEach(() => made.splice(0).forEach((dir) => rmSync(dir, { recursive: true })));

function eventFile(text: string): string {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-event-'));
  made.push(dir);
  writeFileSync(join(dir, 'event.json'), text);
  return join(dir, 'event.json');
}

const actions = (name: string, event: object): Record<string, string> => ({
  GITHUB_ACTIONS: 'true',
  GITHUB_EVENT_NAME: name,
  GITHUB_EVENT_PATH: eventFile(JSON.stringify(event)),
});

const asked = (env: Record<string, string>, question: Question = 'changes'): Promise<JobBase | undefined> =>
  baseOfJob(env, question, readTextFile);

const told = async (env: Record<string, string>, question?: Question): Promise<string> => {
  const found = await asked(env, question);
  if (!found) return 'no job';
  return found.kind === 'none' ? `none: ${found.why}` : `${found.revision}: ${found.why}`;
};

describe('GitHub, Gitea and Forgejo', () => {
  test.each([
    ['a push', 'push', { ref: 'refs/heads/main', before: A }, `${A}: the commit before this push`],
    [
      'a push that rewrote the branch',
      'push',
      { ref: 'refs/heads/main', before: A, forced: true },
      `${A}: the commit before this push, which rewrote the branch`,
    ],
    [
      'the first push of a branch',
      'push',
      { ref: 'refs/heads/new', before: ZERO },
      'none: this is the first push of new',
    ],
    [
      'a push without a commit',
      'push',
      { ref: 'refs/heads/new', before: 7 },
      'none: this is the first push of new',
    ],
    [
      'a tag',
      'push',
      { ref: 'refs/tags/v1', before: A },
      "none: the push of a tag doesn't tell which tag was applied before",
    ],
    [
      'a pull request',
      'pull_request',
      { number: 5, pull_request: { number: 5, base: { sha: A, ref: 'main' } } },
      `merge-base:${A}: the merge base of pull request #5 and main`,
    ],
    [
      'a pull request that knows its merge base',
      'pull_request',
      { pull_request: { number: 5, merge_base: B, base: { sha: A, ref: 'main' } } },
      `${B}: the merge base of pull request #5 and main`,
    ],
    [
      'a pull request without a base',
      'pull_request',
      { pull_request: {} },
      "none: the event of the pull request doesn't name its base",
    ],
    ['a merge queue', 'merge_group', { merge_group: { base_sha: A } }, `${A}: the base of the merge queue`],
    ['a schedule', 'schedule', {}, "none: a `schedule` job doesn't tell which commit was applied before"],
    [
      'a run by hand',
      'workflow_dispatch',
      {},
      "none: a `workflow_dispatch` job doesn't tell which commit was applied before",
    ],
  ])('%s', async (_, name, event, expected) => {
    expect(await told(actions(name, event))).toBe(expected);
  });

  test('a job that looks for drift compares with what is checked out', async () => {
    for (const name of ['schedule', 'workflow_dispatch'])
      expect(await told(actions(name, {}), 'drift')).toBe(`HEAD: a \`${name}\` job looks for drift`);
    expect(await told(actions('push', { ref: 'refs/heads/main', before: A }), 'drift')).toContain(A);
  });

  test('an event that nobody can read is told', async () => {
    const broken = { GITEA_ACTIONS: 'true', GITHUB_EVENT_NAME: 'push', GITHUB_EVENT_PATH: eventFile('{') };
    expect(await told(broken)).toBe("none: the event file of the job isn't JSON");
    const missing = { FORGEJO_ACTIONS: 'true', GITHUB_EVENT_PATH: '/nowhere/event.json' };
    expect(await told(missing)).toContain("can't be read");
    expect(await told({ GITHUB_ACTIONS: 'true' })).toBe('none: the job has no event file');
  });

  test.each(['null', '[]', '"text"', '{"pull_request": null}', '{"pull_request": {"base": "x"}}'])(
    'an event of another form names none: %s',
    async (text) => {
      const env = {
        GITHUB_ACTIONS: 'true',
        GITHUB_EVENT_NAME: 'pull_request',
        GITHUB_EVENT_PATH: eventFile(text),
      };
      expect((await asked(env))?.kind).toBe('none');
    },
  );
});

describe('GitLab', () => {
  const gitlab = (more: Record<string, string>): Record<string, string> => ({ GITLAB_CI: 'true', ...more });

  test.each([
    ['a push', { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BEFORE_SHA: A }, `${A}: the commit before this push`],
    [
      'the first push',
      { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_BEFORE_SHA: ZERO, CI_COMMIT_BRANCH: 'new' },
      'none: this is the first push of new',
    ],
    [
      'a merge request',
      {
        CI_PIPELINE_SOURCE: 'merge_request_event',
        CI_MERGE_REQUEST_DIFF_BASE_SHA: B,
        CI_MERGE_REQUEST_IID: '7',
        CI_MERGE_REQUEST_TARGET_BRANCH_NAME: 'main',
        CI_COMMIT_BEFORE_SHA: ZERO,
      },
      `${B}: the merge base of merge request !7 and main`,
    ],
    [
      'a tag',
      { CI_PIPELINE_SOURCE: 'push', CI_COMMIT_TAG: 'v1', CI_COMMIT_BEFORE_SHA: ZERO },
      "none: the push of a tag doesn't tell which tag was applied before",
    ],
    [
      'a schedule',
      { CI_PIPELINE_SOURCE: 'schedule', CI_COMMIT_BEFORE_SHA: ZERO },
      "none: a `schedule` pipeline doesn't tell which commit was applied before",
    ],
    [
      'a run by hand',
      { CI_PIPELINE_SOURCE: 'web', CI_COMMIT_BEFORE_SHA: A },
      "none: a `web` pipeline doesn't tell which commit was applied before",
    ],
  ])('%s', async (_, env, expected) => {
    expect(await told(gitlab(env))).toBe(expected);
  });
});

test('outside of a job there is no base', async () => {
  expect(await told({ GITHUB_EVENT_PATH: '/x', CI: 'true' })).toBe('no job');
});
