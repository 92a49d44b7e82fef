// The one pull request of a branch, on each forge, against its published API.
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { FORGE_KINDS } from '../../src/domain/forge.ts';
import { type Forge, openForge } from '../../src/forge/forge.ts';
import { putPullRequest } from '../../src/forge/pull-request.ts';
import { fakeForge, type FakeForge, TOKEN } from '../support/fake-forge/fake-forge.ts';

const PROPOSAL = { branch: 'holdfast/adopt-eu', into: 'main', title: 'Adopt a change', body: '- `debug`' };

describe.each(FORGE_KINDS)('%s', (kind) => {
  let fake: FakeForge;
  let forge: Forge;

  beforeEach(async () => {
    fake = await fakeForge(kind);
    const { api, repository } = fake;
    forge = openForge({ kind, api, repository, token: TOKEN, pauseMs: 1 });
  });

  afterEach(async () => {
    await forge[Symbol.asyncDispose]();
    await fake[Symbol.asyncDispose]();
    expect(fake.violations).toEqual([]);
  });

  test('is opened, and then updated', async () => {
    const first = await putPullRequest(forge, PROPOSAL);
    expect(first).toMatchObject({ link: expect.stringContaining('https://forge.example/') });
    const second = await putPullRequest(forge, {
      ...PROPOSAL,
      title: 'Adopt 2 changes',
      body: '- `a`\n- `b`',
    });
    expect(second.number).toBe(first.number);
    expect(fake.proposals).toMatchObject([
      {
        number: first.number,
        branch: PROPOSAL.branch,
        into: 'main',
        title: 'Adopt 2 changes',
        body: '- `a`\n- `b`',
      },
    ]);
  });

  test('is left as it is where it says the same', async () => {
    await putPullRequest(forge, PROPOSAL);
    await putPullRequest(forge, PROPOSAL);
    expect(fake.calls.map(({ id }) => id)).toEqual(['list-pulls', 'create-pull', 'list-pulls']);
  });

  test('is a new one after the old one was closed or merged', async () => {
    const first = await putPullRequest(forge, PROPOSAL);
    for (const one of fake.proposals) one.state = 'closed';
    const second = await putPullRequest(forge, PROPOSAL);
    expect(second.number).not.toBe(first.number);
    expect(fake.proposals.map(({ state }) => state)).toEqual(['closed', 'open']);
  });

  test('is neither that of a fork, of another branch nor into another branch', async () => {
    const others = [{ fork: 'stranger/gateways' }, { branch: 'holdfast/adopt-eu2' }, { into: 'release' }];
    for (const [i, other] of others.entries())
      fake.proposals.push({ ...PROPOSAL, number: i + 1, state: 'open', ...other });
    const { number } = await putPullRequest(forge, { ...PROPOSAL, body: 'ours' });
    expect(number).toBeGreaterThan(3);
    expect(fake.proposals.map(({ body }) => body)).toEqual(['- `debug`', '- `debug`', '- `debug`', 'ours']);
  });

  test('that somebody opens in the meantime is updated', async () => {
    fake.answerWith('list-pulls', [{ status: 200, body: '[]' }]);
    fake.proposals.push({ ...PROPOSAL, number: 5, state: 'open' });
    expect(await putPullRequest(forge, { ...PROPOSAL, body: 'ours' })).toMatchObject({
      number: 5,
      body: 'ours',
    });
  });

  test('that the forge refuses says which right is missing', async () => {
    fake.mayDo = (id) => id !== 'create-pull';
    await expect(putPullRequest(forge, PROPOSAL)).rejects.toMatchObject({
      problems: [
        { code: 'HF8003', remedy: expect.stringMatching(/pull-requests|pull requests|merge requests/) },
      ],
    });
  });
});
