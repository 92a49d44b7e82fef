// The daemon as a team runs it: a separate process that follows a git repository, with the gateway, a browser, a
// notified channel and a Prometheus around it. One scenario, from a push to the end.
import { type ChildProcess, spawn } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { once } from 'node:events';
import { resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { GATEWAY, KEY, openTerminal, SECRETS, type Terminal } from '../cli/terminal.ts';
import { leave, remote, type Remote } from '../daemon/git/remote.ts';
import { closeAll, httpReceiver, type HttpReceiver } from '../daemon/notify/setup.ts';
import { until } from '../support/until.ts';
import { logIn, startBrowser } from '../web/browser.ts';

const BIN = resolve(import.meta.dirname, '../../bin/holdfast.js');
const TOKEN = 'tok-operate-0001';
const HOOK_SECRET = 'hook-secret-0001';
const NOTIFY_SECRET = 'notify-secret-0001';
const PLANTED = [KEY, TOKEN, HOOK_SECRET, NOTIFY_SECRET, ...Object.values(SECRETS)];

// That a browser starts where it must is asserted in test/web/dashboard.test.ts.
const browser = await startBrowser().catch(() => undefined);
const inBrowser = browser ? describe : describe.skip;
afterAll(() => browser?.close());
afterEach(leave);
afterEach(closeAll);

const settings = (repository: string): string => `version: 1
targets:
  - { name: home, url: "\${env:HOLDFAST_URL}", key: "\${env:HOLDFAST_KEY}", adopted: true }
daemon:
  drift: "0 0 1 1 *"
  source: { git: { url: ${JSON.stringify(repository)}, every: 1h, webhook: { secret: "\${env:HOOK_SECRET}" } } }
  http: { listen: "127.0.0.1:0", token: "\${env:HOLDFAST_TOKEN}" }
  notify:
    - webhook: "\${env:WEBHOOK}"
      secret: "\${env:NOTIFY_SECRET}"
      on: [applied, drifted, recovered, rolled-back, quarantined, suspended]
`;

const retries = (count: number): Record<string, string> => ({
  'desired-state/gateway.yaml': `api-keys: ["\${env:LAPTOP}"]\nrequest-retry: ${count}\n`,
});

/** The process and its output. */
class Daemon {
  readonly #child: ChildProcess;
  said = '';

  constructor(cwd: string, env: Readonly<Record<string, string | undefined>>) {
    this.#child = spawn(process.execPath, [BIN, 'run', '--log', 'json'], {
      cwd,
      env,
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    for (const stream of [this.#child.stdout, this.#child.stderr])
      stream?.setEncoding('utf8').on('data', (part: string) => {
        this.said += part;
      });
  }

  async url(): Promise<string> {
    const found = (): string | undefined => /HTTP API at (http:\/\/127\.0\.0\.1:\d+)/.exec(this.said)?.[1];
    await until(() => found() !== undefined);
    return found() ?? '';
  }

  async end(): Promise<number | null> {
    if (this.#child.exitCode !== null) return this.#child.exitCode;
    this.#child.kill('SIGTERM');
    const [code] = (await once(this.#child, 'exit')) as [number | null];
    return code;
  }
}

inBrowser('a daemon that follows git', () => {
  let [terminal, repository, receiver, daemon, page, url] = [] as unknown as [
    Terminal,
    Remote,
    HttpReceiver,
    Daemon,
    Page,
    string,
  ]; // set before the test

  beforeAll(async () => {
    repository = await remote();
    await repository.push(retries(1), { subject: 'What the gateway holds' });
    receiver = await httpReceiver({ status: 200 });
    terminal = await openTerminal({ 'holdfast.yaml': settings(repository.url) }, GATEWAY, {
      inRealTime: true,
    });
    daemon = new Daemon(terminal.dir, {
      PATH: process.env['PATH'],
      ...SECRETS,
      HOLDFAST_URL: terminal.sandbox.url,
      HOLDFAST_KEY: KEY,
      HOLDFAST_TOKEN: TOKEN,
      HOOK_SECRET,
      NOTIFY_SECRET,
      WEBHOOK: receiver.url,
    });
    url = await daemon.url();
    page = await (browser as Browser).newPage(); // nothing below runs without one
    await logIn(page, url, TOKEN);
  });

  afterAll(async () => {
    await page?.close();
    await daemon?.end();
    await terminal?.[Symbol.asyncDispose]();
  });

  /** Pushes, and sends GitHub's webhook. */
  async function push(count: number, subject: string): Promise<string> {
    const sha = await repository.push(retries(count), { subject });
    const body = JSON.stringify({ ref: 'refs/heads/main', after: sha });
    const answer = await fetch(`${url}/hooks/git`, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'x-github-event': 'push',
        'x-github-delivery': sha,
        'x-hub-signature-256': `sha256=${createHmac('sha256', HOOK_SECRET).update(body).digest('hex')}`,
      },
      body,
    });
    expect(answer.status).toBe(202);
    return sha;
  }

  /** An edit in the web panel. */
  async function panel(count: number): Promise<void> {
    await fetch(`${terminal.sandbox.url}/v0/management/request-retry`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${KEY}` },
      body: JSON.stringify({ value: count }),
    });
    await terminal.sandbox.settled();
  }

  const holds = async (count: number): Promise<boolean> =>
    (await terminal.read('gateway/config.yaml')).includes(`request-retry: ${count}\n`);
  const shows = (title: string): Promise<void> =>
    page.locator('.standing-large').filter({ hasText: title }).waitFor();
  const press = (name: string): Promise<void> => page.getByRole('button', { name, exact: true }).click();
  const notices = (): Record<string, unknown>[] =>
    receiver.got.map(({ body }) => JSON.parse(body) as Record<string, unknown>);
  const told = (kind: string, times = 1): Promise<void> =>
    until(() => notices().filter((notice) => notice['kind'] === kind).length === times);
  const metrics = async (): Promise<string> =>
    (await fetch(`${url}/metrics`, { headers: { authorization: `Bearer ${TOKEN}` } })).text();
  const counted = async (outcome: string, trigger: string): Promise<number> => {
    const lines = (await metrics()).split('\n');
    const line = lines.find(
      (one) =>
        one.startsWith('holdfast_outcomes_total{') &&
        one.includes(`outcome="${outcome}"`) &&
        one.includes(`trigger="${trigger}"`),
    );
    return Number(line?.split(' ').at(-1) ?? 0);
  };
  const stands = async (standing: string): Promise<boolean> =>
    (await metrics()).includes(`holdfast_target_standing{target="home",standing="${standing}"} 1`);

  test('gets a push, applies it, shows it, notifies and counts it; and so for all later events', async () => {
    await page.getByRole('link', { name: 'home' }).click();
    await shows('In sync');

    // A push: applied, shown without a reload, notified with its commit, counted.
    const sha = await push(4, 'Retry four times');
    await page.getByText('Retry four times').first().waitFor();
    await until(() => holds(4));
    await told('applied');
    expect(notices().at(-1)).toMatchObject({
      target: 'home',
      facts: { commit: { sha, subject: 'Retry four times' } },
    });
    expect(await counted('applied', 'source')).toBe(1);
    expect(await metrics()).toContain(`commit="${sha}"`);

    // Drift: not corrected in this mode, visible everywhere, and over when it is undone.
    await panel(9);
    await press('Sync now');
    await shows('Drifted');
    await told('drifted');
    expect([await counted('drifted', 'asked'), await stands('drifted')]).toEqual([1, true]);
    expect(await holds(9)).toBe(true);
    await panel(4);
    await press('Sync now');
    await shows('In sync');
    await told('recovered');

    // A write that the gateway answers with 200 and drops: rolled back, and not tried again.
    terminal.sandbox.fault('drop-writes', '/request-retry');
    await push(6, 'Retry six times');
    await shows('Rolled back');
    await told('rolled-back');
    expect([await counted('rolled-back', 'source'), await stands('rolled-back')]).toEqual([1, true]);
    expect(await holds(4)).toBe(true);
    await press('Sync now');
    await shows('Quarantined');
    await told('quarantined');
    expect(await stands('quarantined')).toBe(true);

    // The gateway is healthy again, and someone retries.
    terminal.sandbox.clearFaults();
    await press('Retry the revision…');
    await page.getByRole('dialog').getByRole('button', { name: 'Retry', exact: true }).click();
    await page.getByRole('dialog').getByText('Applied', { exact: true }).waitFor();
    await page.keyboard.press('Escape');
    await shows('In sync');
    await until(() => holds(6));
    await told('applied', 2);
    await told('recovered', 2);
    expect(await counted('applied', 'asked')).toBe(1);

    // Suspended: a push waits. Resumed: it is applied.
    await press('Suspend…');
    await page.getByLabel('Reason, shown to others').fill('the host moves');
    await press('Suspend');
    await shows('Suspended');
    await told('suspended');
    await push(7, 'Retry seven times');
    await until(async () => (await counted('suspended', 'source')) === 1);
    expect([await holds(6), await metrics()]).toEqual([
      true,
      expect.stringContaining('holdfast_suspended_until_timestamp_seconds{target="home"}'),
    ]);
    await press('Resume…');
    await page.getByRole('dialog').getByRole('button', { name: 'Resume', exact: true }).click();
    await until(() => holds(7));
    await shows('In sync');
    await told('applied', 3);

    // The history has everything, with who requested it; no secret left the process.
    const { entries } = (await (
      await fetch(`${url}/api/v1/targets/home/history`, { headers: { authorization: `Bearer ${TOKEN}` } })
    ).json()) as { entries: { outcome: string; by?: string }[] };
    expect(entries.map(({ outcome }) => outcome)).toEqual(['applied', 'applied', 'rolled-back', 'applied']);
    expect(entries.map(({ by }) => by !== undefined)).toEqual([false, true, false, false]);
    expect(await daemon.end()).toBe(0);
    const left = [daemon.said, JSON.stringify(receiver.got), JSON.stringify(entries)].join('\n');
    for (const secret of PLANTED) expect(left).not.toContain(secret);
  }, 600_000); // each of its waits is bounded by itself
});
