import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { TOPICS } from '../../src/domain/outcome/notice.ts';
import type { Problem } from '../../src/domain/problem/problem.ts';
import { loadSettings, type SettingsRequest } from '../../src/settings/settings.ts';

const made: string[] = [];
afterAll(() => {
  for (const dir of made) rmSync(dir, { recursive: true, force: true });
});

const ENV = {
  K: 'mgmt-secret-1',
  URL: 'https://hooks.example/T1/B1/token-of-a-hook',
  S: 'secret-that-signs',
  BOT: '123456:token-of-a-bot',
  SMTP_PASSWORD: 'p%40ss-of-mail',
  PLAIN: 'p@ss/of:mail',
};

/** Settings whose `daemon.notify` begins in line 4. */
async function notify(text: string, request: Partial<SettingsRequest> = { daemon: true }) {
  const dir = mkdtempSync(join(tmpdir(), 'holdfast-notify-'));
  made.push(dir);
  const lines = text
    .trimEnd()
    .split('\n')
    .map((line) => `    ${line}`);
  writeFileSync(
    join(dir, 'holdfast.yaml'),
    ['version: 1', 'targets: [{ name: home, key: "${env:K}" }]', 'daemon:', '  notify:', ...lines, ''].join(
      '\n',
    ),
  );
  const loaded = await loadSettings({ flags: {}, cwd: dir, env: ENV, ...request });
  return { ...loaded, channels: loaded.settings?.daemon.notify ?? [] };
}

const line = ({ position, code, message }: Problem): string =>
  `${position?.line}:${position?.column} ${code} ${message}`;

describe('daemon.notify', () => {
  test('sends everything with `severity: info`, and no routine events by default', async () => {
    const { channels } = await notify(
      `
- { slack: "\${env:URL}", severity: info }
- { slack: "\${env:URL}" }
- { slack: "\${env:URL}", severity: info, on: [drifted] }
`.trimStart(),
    );
    expect(channels[0]?.on).toEqual(expect.arrayContaining(['applied', 'in-sync', 'drifted', 'recovered']));
    expect(channels[1]?.on).toBeUndefined();
    expect(channels[2]?.on).toEqual(['drifted']);
  });

  test('is read with every kind of channel, secrets sealed and known to the net', async () => {
    const { channels, settings, problems } = await notify(
      `
- { name: ops, webhook: "\${env:URL}", secret: "\${env:S}", on: [drifted, rolled-back], severity: warning, targets: [home], digest: 5m }
- { slack: "\${env:URL}" }
- { discord: "\${env:URL}" }
- { slack: "\${env:URL}" }
- { telegram: { bot-token: "\${env:BOT}", chat: "-100123" } }
- { email: { to: [a@example.com], from: b@example.com, smtp: "smtps://user:\${env:SMTP_PASSWORD}@mail.example" } }
- { name: mail, email: { to: [a@example.com], from: b@example.com, smtp: "smtp://[::1]:25", user: me, password: "\${env:PLAIN}" } }
`.trimStart(),
    );
    expect(problems).toEqual([]);
    expect(channels.map(({ name }) => name)).toEqual([
      'ops',
      'slack',
      'discord',
      'slack-2',
      'telegram',
      'email',
      'mail',
    ]);
    expect(channels[0]).toMatchObject({
      on: ['drifted', 'rolled-back'],
      severity: 'warning',
      targets: ['home'],
      digestMs: 300_000,
    });
    expect(channels[4]?.receiver).toMatchObject({
      chat: '-100123',
      api: new URL('https://api.telegram.org'),
    });
    const [mail, other] = [channels[5]?.receiver, channels[6]?.receiver].map((receiver) =>
      receiver?.kind === 'email' ? receiver.smtp : undefined,
    );
    expect(mail).toMatchObject({ host: 'mail.example', port: 465, secure: true });
    expect(mail?.login?.password.open()).toBe('p@ss-of-mail');
    expect(other).toMatchObject({ host: '::1', port: 25, secure: false, login: { user: 'me' } });
    const known = settings?.secrets.open();
    const auth = ['p@ss-of-mail', '\0user\0p@ss-of-mail'].map((text) => Buffer.from(text).toString('base64'));
    for (const secret of [
      ENV.URL,
      ENV.S,
      ENV.BOT,
      'p@ss-of-mail',
      ENV.PLAIN,
      '/T1/B1/token-of-a-hook',
      ...auth,
    ]) {
      expect(known?.has(secret)).toBe(true);
      expect(JSON.stringify(settings)).not.toContain(secret);
    }
  });

  test('sets commit statuses on forges', async () => {
    const { channels, settings, problems } = await notify(
      `
- { github: { repository: team/gateways, token: "\${env:BOT}" } }
- { gitlab: { repository: "42", token: "\${env:BOT}" }, targets: [home] }
- { forgejo: { repository: team/gateways, token: "\${env:BOT}", api: https://forge.example/api/v1 } }
`.trimStart(),
    );
    expect(problems).toEqual([]);
    expect(channels.map(({ receiver }) => receiver)).toMatchObject([
      { kind: 'github', api: new URL('https://api.github.com'), repository: 'team/gateways' },
      { kind: 'gitlab', api: new URL('https://gitlab.com/api/v4'), repository: '42' },
      { kind: 'forgejo', api: new URL('https://forge.example/api/v1'), repository: 'team/gateways' },
    ]);
    expect(settings?.secrets.open().has(ENV.BOT)).toBe(true);
    expect(JSON.stringify(settings)).not.toContain(ENV.BOT);
  });
});

describe('a mistake in daemon.notify: Holdfast', () => {
  test('refuses what a commit status has no use for, and a Gitea without its address', async () => {
    const own = 'repository: team/gateways, token: "${env:BOT}"';
    const statuses = await notify(`- { github: { ${own} }, digest: 5m, severity: warning }`);
    expect(statuses.problems.map(line)).toEqual([
      '5:69 HF7050 `digest` is for messages; `github` sets a status on each commit',
      '5:81 HF7050 `severity` is for messages; `github` sets a status on each commit',
    ]);
    const gitea = await notify(`- { gitea: { ${own} } }`);
    expect(gitea.problems.map(line)).toEqual(['5:9 HF1012 `daemon.notify[0].gitea` has no `api`']);
  });

  test('reports errors with position and suggestion', async () => {
    const { settings, problems } = await notify(`- { webhook: "\${env:URL}", on: [driftd] }
- { slack: "\${env:URL}", digest: soon }
- { email: { to: [nobody], from: b@example.com, smtp: smtps://mail.example } }`);
    expect(settings).toBeUndefined();
    expect(problems.map(line)).toEqual([
      expect.stringMatching(/^5:37 HF1012 .*can't be `driftd`; allowed: `in-sync`, /),
      "6:38 HF1012 `daemon.notify[1].digest` doesn't have the right form, for example `5m`",
      "7:23 HF1012 `daemon.notify[2].email.to[0]` doesn't have the right form, for example `ops@example.com`",
    ]);
    expect(problems[0]?.remedy).toBe('Did you mean `drifted`?');
  });

  test('wants one kind a channel, names of their own, targets that there are, and URLs', async () => {
    const { problems } = await notify(`- { name: a, slack: "\${env:URL}", discord: "\${env:URL}" }
- { name: b, on: [drifted] }
- { name: c, slack: "\${env:URL}", secret: "\${env:S}" }
- { name: c, slack: "\${env:URL}", targets: [hme] }
- { name: d, slack: "\${env:S}" }
- { name: e, email: { to: [a@example.com], from: b@example.com, smtp: "smtp://mail.example/?pool=true" } }
- { name: f, email: { to: [a@example.com], from: b@example.com, smtp: "smtp://mail.example", user: me } }
- { name: h, slack: "\${env:URL}", digest: 2d }
- { name: g, email: { to: [a@example.com], from: b@example.com, smtp: "smtp://me:%zz@mail.example" } }`);
    const oneOf =
      'A channel must have exactly one of `webhook`, `slack`, `discord`, `telegram`, `email`, `github`, `gitlab`, `gitea`, `forgejo`';
    expect(problems.filter(({ severity }) => severity === 'error').map(line)).toEqual([
      `5:7 HF7050 ${oneOf}`,
      `6:7 HF7050 ${oneOf}`,
      '7:39 HF7050 `secret` signs a `webhook`, not `slack`',
      '8:15 HF7051 Two channels are called "c"; the first in line 7',
      '8:49 HF7052 There is no target "hme". Did you mean `home`?',
      "9:25 HF7050 `slack` isn't a URL that begins with http:// or https://",
      '10:75 HF7050 `smtp` contains more than user, password, host and port',
      '11:75 HF7050 `email` needs both user and password, or neither',
      '12:47 HF7050 `digest` must be a duration of at most 24h, for example `5m`',
      "13:75 HF7050 `smtp` contains a `%` that doesn't escape anything",
    ]);
    expect(JSON.stringify(problems)).not.toContain(ENV.S);
  });

  test('warns of secrets in plain text, and of http to another machine', async () => {
    const { settings, problems } = await notify(
      `- { slack: "https://hooks.example/x" }
- { webhook: "\${env:OPEN}", name: open }
- { webhook: "\${env:HERE}", name: here }`,
      {
        daemon: true,
        env: { ...ENV, OPEN: 'http://127.evil.example/x', HERE: 'http://127.0.0.1:9/x' },
      },
    );
    expect(settings).toBeDefined();
    expect(problems.map(line)).toEqual([
      '5:16 HF2060 The address of a channel is in plain text in the settings',
      '6:18 HF7053 `webhook`: notifications are sent unencrypted to 127.evil.example',
    ]);
  });
});

describe('a channel of daemon.notify', () => {
  test('needs its references for the daemon only', async () => {
    const text = `- { webhook: "\${env:NOT_SET}" }
- { email: { to: [a@example.com], from: b@example.com, smtp: "smtps://u:\${env:NOT_SET}@mail.example" } }`;
    const forDaemon = await notify(text);
    expect(forDaemon.problems.map(line)).toEqual([
      "5:18 HF2020 ${env:NOT_SET} isn't set",
      expect.stringMatching(/^6:\d+ HF2020 /),
    ]);
    const forPlan = await notify(text, {});
    expect(forPlan.problems).toEqual([]);
    expect(forPlan.channels).toEqual([]);
    expect(forPlan.settings?.targets[0]?.keys[0]?.open()).toBe(ENV.K);
  });

  test('can subscribe to every topic, and to no other', () => {
    const schema = JSON.parse(
      readFileSync(new URL('../../schemas/settings.schema.json', import.meta.url), 'utf8'),
    ) as { $defs: { channel: { properties: { on: { items: { enum: string[] } } } } } };
    expect(schema.$defs.channel.properties.on.items.enum).toEqual(TOPICS);
  });
});
