// What a job tells about itself, where forges differ in the variables that they set.
import { expect, test } from '@jest/globals';
import { ciJobOf, isFromOutside } from '../../src/input/ci-job.ts';

const JOB = {
  GITHUB_REPOSITORY: 'team/gateways',
  GITHUB_SHA: 'a'.repeat(40),
  GITHUB_SERVER_URL: 'https://forge.example/',
  GITHUB_EVENT_NAME: 'push',
};

test.each([
  [{ GITHUB_ACTIONS: 'true' }, 'github', 'https://api.github.com'],
  [{ GITHUB_ACTIONS: 'true', GITEA_ACTIONS: 'true' }, 'gitea', 'https://forge.example/api/v1'],
  [{ GITEA_ACTIONS: 'true' }, 'gitea', 'https://forge.example/api/v1'],
  [{ FORGEJO_ACTIONS: 'true' }, 'forgejo', 'https://forge.example/api/v1'],
])('%j is a job of %s', async (variables, forge, api) => {
  expect(await ciJobOf({ ...JOB, ...variables })).toMatchObject({ forge, api, event: 'push' });
});

test('a pull request without a readable event may be from anyone', async () => {
  const job = {
    ...JOB,
    FORGEJO_ACTIONS: 'true',
    GITHUB_EVENT_NAME: 'pull_request',
    GITHUB_EVENT_PATH: '/nowhere',
  };
  expect(isFromOutside(await ciJobOf(job))).toBe(true);
});

test('no variable of a forge is no job', async () => {
  expect(await ciJobOf(JOB)).toBeUndefined();
});
