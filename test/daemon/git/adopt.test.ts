// `actions/adopt` of a daemon that follows a git repository: from the panel to a branch of the remote.
import { afterEach, expect, test } from '@jest/globals';
import { KEY, openTerminal, SECRETS, type Terminal } from '../../cli/terminal.ts';
import { until } from '../../support/until.ts';
import { leave, type Remote, remote } from './remote.ts';
import { fakeForge, TOKEN as FORGE_TOKEN } from '../../support/fake-forge/fake-forge.ts';

afterEach(leave);

const TOKEN = 'sk-test-http-token-0001';
const settingsOf = (url: string, more = ''): string => `version: 1
targets:
  - { name: eu, url: "\${env:HOLDFAST_URL}", key: "\${env:HOLDFAST_KEY}", desired: [base, eu] }
daemon:
  http: { listen: "127.0.0.1:0", token: "\${env:HTTP_TOKEN}" }
  source: { git: { url: ${JSON.stringify(url)}, path: gateways, every: 1h${more} } }
`;
const FILES = {
  'README.md': 'ours\n',
  'gateways/base/gateway.yaml': 'api-keys: ["${env:LAPTOP}"]\n',
  'gateways/eu/gateway.yaml': '# the EU\nrequest-retry: 2 # enough\n',
};

interface Running extends AsyncDisposable {
  adopt(body: object): Promise<{ readonly status: number; readonly body: Record<string, unknown> }>;
  via(...words: string[]): ReturnType<Terminal['run']>;
  panel(path: string, value: unknown): Promise<void>;
}

async function running(one: Remote, more?: string): Promise<Running> {
  const terminal = await openTerminal({ 'holdfast.yaml': settingsOf(one.url, more) });
  const end = new AbortController();
  let out = '';
  const env = {
    HOLDFAST_URL: terminal.sandbox.url,
    HOLDFAST_KEY: KEY,
    HTTP_TOKEN: TOKEN,
    FORGE_TOKEN,
    ...SECRETS,
  };
  const io = { signal: end.signal, env, out: (text: string) => void (out += text) };
  const ran = terminal.runWith(io, 'run', '--log', 'json', '--allow', 'takeover');
  const address = (): string | undefined => /HTTP API at (http:\/\/127\.0\.0\.1:\d+)/.exec(out)?.[1];
  await until(() => out.includes('"outcome":"applied"') && address() !== undefined);
  const api = address();
  return {
    async adopt(body) {
      const answer = await fetch(`${api}/api/v1/targets/eu/actions/adopt`, {
        method: 'POST',
        headers: { authorization: `Bearer ${TOKEN}`, 'content-type': 'application/json' },
        body: JSON.stringify(body),
      });
      return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
    },
    via: (...words) =>
      terminal.runWith({ env: { HOLDFAST_TOKEN: TOKEN } }, ...words, '--via', address() ?? ''),
    async panel(path, value) {
      await fetch(`${terminal.sandbox.url}/v0/management/${path}`, {
        method: 'PUT',
        headers: { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' },
        body: JSON.stringify(value),
      });
    },
    async [Symbol.asyncDispose]() {
      end.abort();
      await ran;
      await terminal[Symbol.asyncDispose]();
    },
  };
}

test('the command line asks for the commit, and shows what the daemon knows', async () => {
  const one = await remote();
  await one.push(FILES);
  await using daemon = await running(one);
  expect((await daemon.via('adopt')).out).toBe('nothing to adopt: eu matches the files\n');
  await daemon.panel('request-retry', { value: 7 });
  const adopted = await daemon.via('adopt', 'request-retry', '--branch', 'panel');
  expect([adopted.exit, adopted.err]).toEqual([0, '']);
  expect(adopted.out).toMatch(/^✓ 1 change of eu: request-retry\n✓ committed to panel: [0-9a-f]{12}\n$/);
  const refused = await daemon.via('adopt', '--write');
  expect([refused.exit, refused.err]).toEqual([64, expect.stringContaining('--write edits files here')]);
  await daemon.via('drift');
  const status = await daemon.via('status');
  expect(status.out).toMatch(/undeclared .*: on the gateway, not in the files/);
  expect(status.out).toMatch(/accounts +no logged-in accounts/);
});

test('a change of the panel becomes a commit on a branch of the remote', async () => {
  const one = await remote();
  const sha = await one.push(FILES);
  await using daemon = await running(one);
  expect(await daemon.adopt({})).toEqual({ status: 200, body: { target: 'eu', adopted: [], left: [] } });
  await daemon.panel('request-retry', { value: 7 });
  const { status, body } = await daemon.adopt({ paths: ['request-retry'] });
  expect([status, body]).toEqual([
    200,
    {
      target: 'eu',
      adopted: ['request-retry'],
      left: [],
      branch: 'holdfast/adopt-eu',
      commit: expect.any(String),
    },
  ]);
  const git = (...args: readonly string[]): Promise<string> => one.git('--git-dir', one.url, ...args);
  expect(await git('rev-parse', 'holdfast/adopt-eu')).toBe(body['commit']);
  expect(await git('rev-parse', 'holdfast/adopt-eu^')).toBe(sha);
  expect(await git('diff', '--name-only', 'main', 'holdfast/adopt-eu')).toBe('gateways/eu/gateway.yaml');
  expect(await git('show', 'holdfast/adopt-eu:gateways/eu/gateway.yaml')).toBe(
    '# the EU\nrequest-retry: 7 # enough',
  );
  expect(await git('log', '-1', '--format=%an: %s', 'holdfast/adopt-eu')).toBe(
    'Holdfast: Adopt a change of gateway eu',
  );

  await daemon.panel('request-retry', { value: 9 });
  expect((await daemon.adopt({})).status).toBe(200);
  expect(await git('show', 'holdfast/adopt-eu:gateways/eu/gateway.yaml')).toContain('request-retry: 9');
});

test('a branch of somebody else, a bad name and a new secret are refused', async () => {
  const one = await remote();
  await one.push(FILES);
  await one.push({ 'other.md': 'x' }, { branch: 'theirs' });
  await using daemon = await running(one);
  await daemon.panel('request-retry', { value: 7 });
  expect(await daemon.adopt({ branch: 'theirs' })).toMatchObject({
    body: { type: 'urn:holdfast:error:HF2097' },
  });
  expect(await daemon.adopt({ branch: 'main' })).toMatchObject({
    body: { type: 'urn:holdfast:error:HF2097' },
  });
  expect(await one.git('--git-dir', one.url, 'show', 'main:gateways/eu/gateway.yaml')).toContain('retry: 2');
  expect(await daemon.adopt({ branch: 'a..b' })).toMatchObject({
    body: { type: 'urn:holdfast:error:HF2097' },
  });
  await daemon.panel('api-keys', [SECRETS.LAPTOP, 'sk-test-panel-0001']);
  const refused = await daemon.adopt({});
  expect(refused).toMatchObject({ body: { type: 'urn:holdfast:error:HF2096' } });
  expect(JSON.stringify(refused)).not.toContain('sk-test-panel-0001');
  expect(await one.git('--git-dir', one.url, 'branch', '--list', 'holdfast/*')).toBe('');
});

test('one pull request of the target is opened, updated, and opened again after the merge', async () => {
  const one = await remote();
  await one.push(FILES);
  await using forge = await fakeForge('gitea');
  const access = `, pull-requests: { gitea: { repository: team/gateways, token: "\${env:FORGE_TOKEN}", api: ${JSON.stringify(forge.api)} } }`;
  await using daemon = await running(one, access);
  await daemon.panel('request-retry', { value: 7 });
  const first = await daemon.adopt({});
  const [proposal] = forge.proposals;
  expect(first).toMatchObject({
    status: 200,
    body: {
      branch: 'holdfast/adopt-eu',
      pullRequest: { number: proposal?.number, link: expect.stringContaining('https://forge.example/') },
    },
  });
  expect(first.body).not.toHaveProperty('problems');
  expect(proposal).toMatchObject({
    branch: 'holdfast/adopt-eu',
    into: 'main',
    title: 'Adopt a change of gateway eu',
    body: expect.stringContaining('request-retry'),
  });
  await daemon.panel('debug', { value: true });
  const second = await daemon.adopt({ paths: ['debug', 'request-retry'] });
  expect(second.body).toMatchObject({ pullRequest: first.body['pullRequest'] });
  expect(forge.proposals).toMatchObject([{ title: 'Adopt 2 changes of gateway eu' }]);
  for (const each of forge.proposals) each.state = 'closed';
  forge.mayDo = (id) => id !== 'create-pull';
  const refused = await daemon.adopt({});
  expect(refused).toMatchObject({
    status: 200,
    body: {
      branch: 'holdfast/adopt-eu',
      commit: expect.any(String),
      problems: [{ code: 'HF8003', message: expect.stringContaining('holdfast/adopt-eu is pushed') }],
    },
  });
  expect(refused.body).not.toHaveProperty('pullRequest');
  forge.mayDo = () => true;
  expect((await daemon.adopt({})).body).toHaveProperty('pullRequest');
  expect(forge.proposals.map(({ state }) => state)).toEqual(['closed', 'open']);
  expect(forge.violations).toEqual([]);
  expect(JSON.stringify([first, second, refused])).not.toContain(FORGE_TOKEN);
});
