// What each route returns and does, on a real daemon and a sandbox gateway.
import { connect, type Socket } from 'node:net';
import { afterEach, describe, expect, test } from '@jest/globals';
import type { GitHook } from '../../../src/daemon/http/server/hooks.ts';
import { until } from '../../support/until.ts';
import { inMode, retries } from '../setup.ts';
import { action, type Answer, codeOf, endAll, READER, type Serving, serving } from './serving.ts';

afterEach(endAll);

const post = (fixture: Serving, name: string, body?: unknown): Promise<Answer> =>
  fixture.ask(action(name), { method: 'POST', body });

/** An applied change, so that there is a history with a backup. */
async function applied(): Promise<Serving> {
  const fixture = await serving();
  await fixture.declare(retries(4));
  const answer = await post(fixture, 'apply', {});
  expect([answer.status, answer.json]).toMatchObject([200, { kind: 'applied' }]);
  return fixture;
}

describe('targets', () => {
  test('are shown with their status, the time of the next check, and the version of the gateway', async () => {
    const fixture = await serving();
    const { json } = await fixture.ask('/api/v1/targets');
    expect(json).toMatchObject({ version: '0.0.0-test', drift: '0 0 1 1 *', stateIsNew: true });
    const [target] = json['targets'] as Record<string, unknown>[];
    expect(target).toMatchObject({
      name: 'home',
      url: new URL(fixture.sandbox.url).origin,
      mode: 'apply',
      standing: 'in-sync',
      differences: 0,
      lastDeepCheck: { inSync: true },
      nextLookAt: expect.any(Number),
      gateway: { api: 'v0' },
    });
    expect((await fixture.ask('/api/v1/targets/home')).json).toEqual(target);
    const nobody = await fixture.ask('/api/v1/targets/nobody');
    expect([nobody.status, codeOf(nobody)]).toEqual([404, 'HF1003']);
  });

  test('that differ say by how much, in numbers and as `holdfast diff` prints it', async () => {
    const fixture = await serving({ ...inMode('observe'), desired: retries(4) });
    expect((await fixture.ask('/api/v1/targets/home')).json).toMatchObject({
      standing: 'drifted',
      differences: 1,
      causes: { files: 1, gateway: 0 },
      declared: expect.stringMatching(/^[0-9a-f]{64}$/),
    });
    const plan = await fixture.ask('/api/v1/targets/home/plan');
    expect(plan.json).toMatchObject({
      plan: { format: 'holdfast.plan/1', changes: [{ path: 'request-retry', before: 1, after: 4 }] },
      outcome: { kind: 'drifted' },
    });
    expect((plan.json['outcome'] as object)['plan' as never]).toBeUndefined();
    const diff = await fixture.ask('/api/v1/targets/home/diff');
    expect(diff.json).toMatchObject({
      changes: [{ path: 'request-retry' }],
      text: expect.stringContaining('declared 4, the gateway has 1'),
    });
  });
});

describe('a requested plan', () => {
  test('is made now, of a suspended target too, and writes nothing', async () => {
    const fixture = await serving({ ...inMode('observe') });
    expect((await fixture.ask('/api/v1/targets/home/diff')).json).toMatchObject({ changes: [] });
    await fixture.store.update('home', { suspension: { until: Date.now() * 2, reason: 'maintenance' } });
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    const answer = await fixture.ask('/api/v1/targets/home/plan', {
      method: 'POST',
      body: { depth: 'deep' },
    });
    expect(answer.json).toMatchObject({
      plan: { changes: [{ path: 'request-retry' }] },
      outcome: { kind: 'drifted' },
    });
    expect(await fixture.file()).toContain('request-retry: 9');
  });

  test('too often costs the gateway too much', async () => {
    const fixture = await serving();
    await fixture.sandbox.stop();
    const ask = (): Promise<Answer> =>
      fixture.ask('/api/v1/targets/nobody/plan', { method: 'POST', body: {} });
    const answers = await Promise.all(Array.from({ length: 31 }, ask));
    const refused = answers.filter(({ status }) => status === 429);
    expect(refused.map(codeOf)).toEqual(['HF7041']);
    expect(Number(refused[0]?.headers['retry-after'])).toBeGreaterThan(0);
  });
});

describe('an apply', () => {
  test('applies what the files declare, and records in log and history who requested it', async () => {
    const fixture = await applied();
    expect(await fixture.file()).toContain('request-retry: 4');
    expect(fixture.notes).toContainEqual(
      expect.stringMatching(/^operator \(127\.0\.0\.1\) requested: apply the files to home$/),
    );
    const { json } = await fixture.ask('/api/v1/targets/home/history');
    expect(json).toMatchObject({
      entries: [{ outcome: 'applied', by: 'operator', changes: ['update request-retry: 1 → 4'] }],
    });
    const [{ id, backup }] = json['entries'] as [{ id: string; backup: string }];
    expect((await fixture.ask(`/api/v1/targets/home/history/${id.slice(0, 6)}`)).json).toMatchObject({ id });
    expect((await fixture.ask(`/api/v1/targets/home/history/${backup}`)).json).toMatchObject({ id });
    const none = await fixture.ask('/api/v1/targets/home/history/ffffffffffff');
    expect([none.status, codeOf(none)]).toEqual([404, 'HF1004']);
  });

  test('of an approved plan refuses any other, and distinguishes another key from a stale plan', async () => {
    const fixture = await serving({ ...inMode('observe'), desired: retries(4) });
    const digest = (
      (await fixture.ask('/api/v1/targets/home/plan')).json['plan'] as { digest: { keyId: string } }
    ).digest;
    const otherKey = await post(fixture, 'apply', { approved: { ...digest, keyId: 'ffffffff' } });
    expect(otherKey.json).toMatchObject({ kind: 'stale', problems: [{ code: 'HF5004' }] });
    await fixture.declare(retries(5));
    const stale = await post(fixture, 'apply', { approved: digest });
    expect(stale.json).toMatchObject({ kind: 'stale', problems: [{ code: 'HF5003' }] });
  });

  test('tried without writing changes nothing', async () => {
    const fixture = await serving();
    await fixture.declare(retries(4));
    expect((await post(fixture, 'apply', { dryRun: true })).json).toMatchObject({ kind: 'drifted' });
    expect(await fixture.file()).toContain('request-retry: 1');
  });
});

describe('what a target manages', () => {
  test('is shown side by side with what the gateway has, without secrets', async () => {
    const fixture = await serving();
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    await fixture.panel('PUT', 'ws-auth', { value: true });
    const { status, json, text } = await fixture.ask('/api/v1/targets/home/configuration', { token: READER });
    expect(status).toBe(200);
    const section = (path: string): unknown =>
      (json['sections'] as { path: string }[]).find((one) => one.path === path);
    expect(section('request-retry')).toEqual({
      path: 'request-retry',
      declared: 1,
      live: 9,
      differences: 1,
    });
    expect(section('ws-auth')).toEqual({ path: 'ws-auth', live: true, differences: 0 });
    expect(section('api-keys')).toMatchObject({
      declared: [
        { $secret: expect.stringMatching(/^[0-9a-f]{8}$/), reference: 'TEAM_A' },
        { reference: 'TEAM_B' },
      ],
    });
    expect(json).toMatchObject({ at: expect.any(Number), models: ['kimi'], accounts: [] });
    expect(text).not.toContain('sk-test');
  });

  test('leaves out what the files declare while they have errors, and refuses while nothing answers', async () => {
    const fixture = await serving({ desired: 'request-retry: three\n' });
    const { json } = await fixture.ask('/api/v1/targets/home/configuration');
    const sections = json['sections'] as { path: string; declared?: unknown; live?: unknown }[];
    expect(sections.length).toBeGreaterThan(3);
    expect(sections.filter(({ declared }) => declared !== undefined)).toEqual([]);
    await fixture.sandbox.stop();
    const none = await fixture.ask('/api/v1/targets/home/configuration');
    expect(none.status).toBeGreaterThanOrEqual(400);
    expect(codeOf(none)).toMatch(/^HF3/);
  });

  test('differs from a backup in the paths that a restore would change', async () => {
    const fixture = await applied();
    const { json } = await fixture.ask('/api/v1/targets/home/backups');
    const [{ id }] = json['backups'] as [{ id: string }];
    const diff = await fixture.ask(`/api/v1/targets/home/backups/${id}/diff`, { token: READER });
    expect(diff.json).toEqual({ same: false, added: [], removed: [], changed: ['request-retry'] });
    const none = await fixture.ask('/api/v1/targets/home/backups/nothing/diff');
    expect(codeOf(none)).toBe('HF5040');
    expect(await fixture.file()).toContain('request-retry: 4');
  });
});

describe('records', () => {
  test('come in pages: the newest ones, whether there are more, and only those since a moment', async () => {
    const fixture = await applied();
    const looks = async (
      query: string,
    ): Promise<{ readonly looks: { readonly at: number }[]; more: boolean }> =>
      (await fixture.ask(`/api/v1/targets/home/looks${query}`)).json as never;
    const all = await looks('');
    expect(all.looks.length).toBeGreaterThan(1);
    expect(all.more).toBe(false);
    const newest = await looks('?limit=1');
    expect(newest).toEqual({ looks: all.looks.slice(0, 1), more: true });
    expect((await looks(`?since=${(all.looks[0]?.at ?? 0) + 1}`)).looks).toEqual([]);
    const { json } = await fixture.ask('/api/v1/targets/home/history?limit=1');
    expect(json).toMatchObject({ entries: [{ outcome: 'applied' }], more: false });
  });
});

describe('a rollback', () => {
  test('requires the name of the target, restores the previous state, and keeps it until someone retries', async () => {
    const fixture = await applied();
    for (const confirm of ['', 'Home', 'other']) {
      const answer = await post(fixture, 'rollback', { confirm });
      expect([answer.status, codeOf(answer)]).toEqual([400, 'HF7042']);
    }
    expect((await post(fixture, 'rollback', {})).status).toBe(400);
    expect((await post(fixture, 'rollback', { confirm: 'home' })).json).toMatchObject({ kind: 'restored' });
    expect(await fixture.file()).toContain('request-retry: 1');
    expect((await fixture.ask('/api/v1/targets/home')).json).toMatchObject({
      quarantine: { reason: 'operator rolled it back' },
    });
    await fixture.panel('PUT', 'request-retry', { value: 7 });
    expect((await post(fixture, 'apply', {})).json).toMatchObject({
      kind: expect.stringMatching(/^(?:quarantined|refused)$/),
    });
    expect(await fixture.file()).toContain('request-retry: 7');
    const [newest] = await fixture.store.history('home', 1);
    expect(newest).toMatchObject({ outcome: 'restored', by: 'operator' });
  });

  test('in mode enforce is not undone by the next check, and is by a retry', async () => {
    const fixture = await serving(inMode('enforce'));
    await fixture.declare(retries(4));
    await post(fixture, 'apply', {});
    await post(fixture, 'rollback', { confirm: 'home' });
    expect((await post(fixture, 'apply', {})).json).toMatchObject({ kind: 'quarantined' });
    expect((await fixture.ask('/api/v1/targets/home')).json).toMatchObject({ standing: 'quarantined' });
    expect((await post(fixture, 'retry')).json).toMatchObject({ kind: 'applied' });
    expect(await fixture.file()).toContain('request-retry: 4');
  });

  test('in mode apply leaves differences of the files, names what is in effect, and can be retried', async () => {
    const fixture = await applied();
    const view = async (): Promise<Record<string, unknown>> =>
      (await fixture.ask('/api/v1/targets/home')).json;
    const before = await view();
    await fixture.declare(retries(5));
    await post(fixture, 'apply', {});
    const rolledBack = (await view())['applied'];
    expect(await view()).toMatchObject({ rollback: before['applied'] });

    await post(fixture, 'rollback', { confirm: 'home' });
    await fixture.next('quarantined');
    const held = await view();
    expect(held).toMatchObject({
      standing: 'quarantined',
      applied: before['applied'],
      quarantine: { by: 'operator', reason: 'operator rolled it back' },
    });
    expect(held).not.toHaveProperty('rollback');
    expect((await fixture.ask('/api/v1/targets/home/plan')).json).toMatchObject({
      plan: { changes: [{ path: 'request-retry', origin: 'git', disposition: 'apply' }] },
      outcome: { kind: 'quarantined', by: 'operator' },
    });

    expect((await post(fixture, 'retry')).json).toMatchObject({ kind: 'applied' });
    expect(await fixture.file()).toContain('request-retry: 5');
    expect((await view())['applied']).toMatchObject({
      revision: (rolledBack as { readonly revision: unknown }).revision,
    });
  });

  test('of the first apply leaves nothing in effect', async () => {
    const fixture = await serving({ desired: retries(4) });
    expect((await fixture.ask('/api/v1/targets/home')).json).toMatchObject({ rollback: {} });
    await post(fixture, 'rollback', { confirm: 'home' });
    await fixture.next('quarantined');
    const held = (await fixture.ask('/api/v1/targets/home')).json;
    expect(held).toMatchObject({ standing: 'quarantined', quarantine: { by: 'operator' } });
    expect(held).not.toHaveProperty('applied');
  });

  test('holds back files that have been in sync since, without an apply of their own', async () => {
    const fixture = await applied();
    await fixture.declare(`${retries(4)}logging-to-file: false\n`);
    fixture.operations.look('home');
    await fixture.next('in-sync');
    await post(fixture, 'rollback', { confirm: 'home' });
    await fixture.next('quarantined');
    expect((await post(fixture, 'apply', {})).json).toMatchObject({ kind: 'quarantined' });
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test('of a target that nothing was applied to reports that', async () => {
    const fixture = await serving();
    const answer = await post(fixture, 'rollback', { confirm: 'home' });
    expect([answer.status, codeOf(answer)]).toEqual([404, 'HF5040']);
  });
});

describe('backups', () => {
  test('are listed without their content, and restored by ID and as the newest', async () => {
    const fixture = await applied();
    const { json } = await fixture.ask('/api/v1/targets/home/backups');
    const [backup] = json['backups'] as Record<string, unknown>[];
    expect(Object.keys(backup ?? {}).toSorted()).toEqual(['at', 'bytes', 'id', 'pinned', 'reason', 'sha256']);
    const wrong = await post(fixture, 'restore', { backup: backup?.['id'], confirm: 'x' });
    expect([wrong.status, codeOf(wrong)]).toEqual([400, 'HF7042']);
    const dry = await post(fixture, 'restore', { backup: 'latest', confirm: 'home', dryRun: true });
    expect(dry.json).toMatchObject({ kind: 'drifted', wouldChange: 1 });
    const restored = await post(fixture, 'restore', { backup: backup?.['id'], confirm: 'home' });
    expect(restored.json).toMatchObject({ kind: 'restored' });
    expect(await fixture.file()).toContain('request-retry: 1');
    const none = await post(fixture, 'restore', { backup: '20200101T000000Z-00000000', confirm: 'home' });
    expect(none.json).toMatchObject({ kind: 'invalid', problems: [{ code: expect.stringMatching(/^HF/) }] });
  });
});

describe('a suspension', () => {
  test('has an end and a reason, records who requested it, and ends with resume', async () => {
    const fixture = await serving(inMode('enforce'));
    const until = Date.now() + 3_600_000;
    for (const body of [{ until: Date.now() - 1, reason: 'x' }, { until: until * 2, reason: 'x' }, { until }])
      expect((await post(fixture, 'suspend', body)).status).toBe(400);
    const suspended = await post(fixture, 'suspend', { until, reason: 'maintenance' });
    expect(suspended.json).toMatchObject({
      standing: 'suspended',
      suspension: { until, reason: 'maintenance', by: 'operator' },
    });
    await fixture.panel('PUT', 'request-retry', { value: 9 });
    expect((await post(fixture, 'apply', {})).json).toMatchObject({ kind: 'suspended' });
    expect((await post(fixture, 'resume')).json['suspension']).toBeUndefined();
    await fixture.next('applied');
    expect(await fixture.file()).toContain('request-retry: 1');
  });
});

describe('checks', () => {
  test('are remembered newest first, and a sync adds one', async () => {
    const fixture = await serving();
    const looks = async (): Promise<unknown[]> =>
      (await fixture.ask('/api/v1/targets/home/looks')).json['looks'] as [];
    const synced = await post(fixture, 'sync');
    expect([synced.status, synced.json]).toMatchObject([202, { name: 'home' }]);
    await fixture.next('in-sync');
    await until(async () => (await looks()).length > 1);
    expect(await looks()).toMatchObject([{ trigger: 'asked' }, { trigger: 'start', outcome: 'in-sync' }]);
    expect((await fixture.ask('/api/v1/targets/home/looks?limit=1')).json['looks']).toHaveLength(1);
  });
});

/** A webhook whose body does not end. */
async function halfSent(url: URL): Promise<Socket> {
  const socket = connect(Number(url.port), url.hostname);
  socket.on('error', () => {});
  await new Promise<void>((resolve) => socket.once('connect', resolve));
  const head = 'POST /hooks/git HTTP/1.1\r\nhost: x\r\ncontent-type: application/json\r\n';
  socket.write(`${head}content-length: 100\r\n\r\n{`);
  return socket;
}

describe('besides the API', () => {
  test('a webhook gets the raw bytes, and returns the response of the git source', async () => {
    const heard: string[] = [];
    const hook: GitHook = (headers, body) => {
      heard.push(`${String(headers['x-hub-signature-256'])} ${body.toString()}`);
      return { status: 202, body: { message: 'Holdfast is reading the repository' } };
    };
    const fixture = await serving({ options: { hook } });
    const headers = { 'x-hub-signature-256': 'sha256=00', 'content-type': 'application/json' };
    const answer = await fixture.ask('/hooks/git', {
      method: 'POST',
      token: undefined,
      headers,
      body: '{ "a":1 }',
    });
    expect([answer.status, answer.json]).toEqual([202, { message: 'Holdfast is reading the repository' }]);
    expect(heard).toEqual(['sha256=00 { "a":1 }']);
  });

  test('of webhooks that take their time only a few are read at once', async () => {
    const hook: GitHook = () => ({ status: 202, body: { message: 'Holdfast is reading the repository' } });
    const { url, ask } = await serving({ options: { hook } });
    const hooked = (): Promise<Answer> => ask('/hooks/git', { method: 'POST', token: undefined, body: {} });
    const slow = await Promise.all(Array.from({ length: 16 }, () => halfSent(url)));
    const refused = async (): Promise<boolean> => (await hooked()).status === 429;
    await until(refused);
    const answer = await hooked();
    expect([answer.status, codeOf(answer), answer.headers['retry-after']]).toEqual([429, 'HF7041', '5']);
    for (const socket of slow) socket.destroy();
    await until(async () => (await hooked()).status === 202);
  });

  test('the dashboard is served with tags and packed, a browser that is lost is led to its page', async () => {
    const bytes = Buffer.from('<!doctype html>'.padEnd(2000, ' '));
    const assets = new Map([['/index.html', { bytes, type: 'text/html; charset=utf-8', etag: '"1"' }]]);
    const fixture = await serving({ options: { assets: async () => assets } });
    const browser = { accept: 'text/html', 'accept-encoding': 'gzip' };
    for (const path of ['/', '/index.html']) {
      const page = await fixture.ask(path, { token: undefined, headers: { accept: 'text/html' } });
      expect([page.status, page.text]).toEqual([200, bytes.toString()]);
    }
    for (const [path, root] of [
      ['/gone', './'],
      ['/targets/home', '../'],
    ] as const) {
      const page = await fixture.ask(path, { token: undefined, headers: browser });
      expect([page.status, page.headers['location']]).toEqual([302, root]);
    }
    const packed = await fixture.ask('/', { token: undefined, headers: browser });
    expect([packed.headers['content-encoding'], packed.headers['cache-control']]).toEqual([
      'gzip',
      'no-cache',
    ]);
    const again = await fixture.ask('/', {
      token: undefined,
      headers: { ...browser, 'if-none-match': '"1"' },
    });
    expect([again.status, again.text]).toEqual([304, '']);
    for (const path of ['/api/v1/nothing', '/assets/gone.js', '/hooks/nothing'])
      expect((await fixture.ask(path, { headers: browser })).status).toBe(404);
    expect((await fixture.ask('/nothing')).status).toBe(404);
  });
});
