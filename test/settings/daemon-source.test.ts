import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, test } from '@jest/globals';
import { type LoadedSettings, loadSettings } from '../../src/settings/settings.ts';

const dirs: string[] = [];
afterEach(async () => {
  for (const dir of dirs.splice(0)) await rm(dir, { recursive: true });
});

const ENV = { K: 'mgmt-secret-1', TOKEN: 'git-token-0001', HOOK: 'hook-secret-0001' };

async function load(git: string, desired = 'desired-state'): Promise<LoadedSettings & { dir: string }> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-source-'));
  dirs.push(dir);
  const text = `version: 1
targets: [{ name: home, key: "\${env:K}", desired: ${desired} }]
daemon: { source: { git: ${git} } }
`;
  await writeFile(join(dir, 'holdfast.yaml'), text);
  return { ...(await loadSettings({ flags: {}, cwd: dir, env: ENV })), dir };
}

describe('daemon.source.git', () => {
  test('is read, with its secrets sealed and in the net', async () => {
    const { settings, problems, dir } = await load(
      `{ url: "https://git.example/x.git", tag: live, path: gateways/, every: 30s, force-push: follow,
      auth: { token: "\${env:TOKEN}", username: robot }, webhook: { secret: "\${env:HOOK}" },
      verify: { allowed-signers: signers } }`,
    );
    expect(problems).toEqual([]);
    expect(settings?.daemon.source).toMatchObject({
      url: 'https://git.example/x.git',
      ref: { kind: 'tag', name: 'live' },
      path: 'gateways',
      everyMs: 30_000,
      forcePush: 'follow',
      token: { username: 'robot' },
      allowedSigners: join(dir, 'signers'),
      dir: join(dir, '.holdfast/source'),
    });
    expect(settings?.watched).toContain(join(dir, 'signers'));
    expect([...(settings?.secrets.open() ?? [])]).toEqual(expect.arrayContaining([ENV.TOKEN, ENV.HOOK]));
    for (const secret of [ENV.TOKEN, ENV.HOOK]) expect(JSON.stringify(settings)).not.toContain(secret);
  });

  test('needs no more than a URL: branch main, its root, every minute, force-push: hold', async () => {
    const { settings, dir } = await load('{ url: ../repository }');
    expect(settings?.daemon.source).toEqual({
      url: join(dir, '../repository'),
      ref: { kind: 'branch', name: 'main' },
      path: '.',
      everyMs: 60_000,
      forcePush: 'hold',
      ssh: {},
      dir: join(dir, '.holdfast/source'),
    });
  });

  test.each(['ssh://git@git.example:2222/x.git', 'git@git.example:x.git', 'file:///srv/x.git'])(
    'knows %s',
    async (url) => {
      const { settings, problems } = await load(`{ url: "${url}", auth: { ssh-key: id } }`);
      expect(problems).toEqual([]);
      expect(settings?.daemon.source?.url).toBe(url);
    },
  );

  test.each([
    [
      'a password',
      '{ url: "https://me:git-token-0001@git.example/x" }',
      '`daemon.source.git.url` contains a user',
    ],
    ['a token as the user', '{ url: "https://git-token-0001@git.example/x" }', 'contains a user or password'],
    ['a password of ssh', '{ url: "ssh://git:git-token-0001@git.example/x" }', 'contains a user or password'],
    ['a program', '{ url: "ext::sh -c true" }', 'names a helper program'],
    ['an option', '{ url: "--upload-pack=x" }', "isn't the URL of a repository"],
    ['an open protocol', '{ url: "git://git.example/x" }', "doesn't use a protocol that Holdfast allows"],
    ['two refs', '{ url: /x, branch: a, tag: b }', "`branch`, `tag` can't be used together"],
    ['a branch that is none', '{ url: /x, branch: "a..b" }', "`branch` isn't a valid name of a branch"],
    ['an option as a tag', '{ url: /x, tag: "--all" }', "`tag` isn't a valid name of a tag"],
    ['half a commit', '{ url: /x, commit: abc }', "commit` doesn't have the right form"],
    ['a path upwards', '{ url: /x, path: a/../.. }', '`path` leads outside the repository'],
    ['a wrong rhythm', '{ url: /x, every: 0s }', "every` doesn't have the right form"],
    [
      'a token for ssh',
      '{ url: "git@h:x", auth: { token: "${env:TOKEN}" } }',
      '`auth.token` only works with https',
    ],
    [
      'a token in the open',
      '{ url: "http://git.example/x", auth: { token: "${env:TOKEN}" } }',
      '`auth.token` would be sent unencrypted to git.example',
    ],
    [
      'pull requests on two forges',
      '{ url: /x, pull-requests: { github: { repository: a/b, token: "${env:TOKEN}" }, gitlab: { repository: a/b, token: "${env:TOKEN}" } } }',
      '`pull-requests` needs exactly one of github, gitlab, gitea, forgejo',
    ],
    [
      'pull requests over plain HTTP',
      '{ url: /x, pull-requests: { github: { repository: a/b, token: "${env:TOKEN}", api: "http://git.example/api" } } }',
      'the token would be sent unencrypted to git.example',
    ],
    [
      'pull requests on a Gitea without its address',
      '{ url: /x, pull-requests: { gitea: { repository: a/b, token: "${env:TOKEN}" } } }',
      'api',
    ],
  ])('with %s is refused in one sentence', async (_what, git, message) => {
    const { settings, problems } = await load(git);
    expect(settings).toBeUndefined();
    expect(problems).toMatchObject([{ message: expect.stringContaining(message) }]);
    expect(problems[0]?.position).toMatchObject({ line: 3 });
    expect(JSON.stringify(problems)).not.toContain(ENV.TOKEN);
  });

  test('knows where pull requests are opened, and seals the token', async () => {
    const { settings } = await load(
      '{ url: /x, pull-requests: { gitlab: { repository: a/b, token: "${env:TOKEN}" } } }',
    );
    const access = settings?.daemon.source?.pullRequests;
    expect(access).toMatchObject({ kind: 'gitlab', repository: 'a/b' });
    expect(access?.api.href).toBe('https://gitlab.com/api/v4');
    expect(access?.token.open()).toBe(ENV.TOKEN);
    expect(settings?.secrets.open().has(ENV.TOKEN)).toBe(true);
  });

  test.each(['/etc/gateways', '../gateways'])('leaves no room for `desired: %s`', async (desired) => {
    const { problems } = await load('{ url: /x }', desired);
    expect(problems).toMatchObject([{ code: 'HF1012', position: { line: 2 } }]);
  });

  test('with a token in plain text warns', async () => {
    const { settings, problems } = await load('{ url: "https://h/x", auth: { token: git-token-0001 } }');
    expect(settings).toBeDefined();
    expect(problems).toMatchObject([{ code: 'HF2060', severity: 'warning' }]);
  });
});
