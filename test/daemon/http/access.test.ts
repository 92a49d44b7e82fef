// Who has access to what, and what another site can't make a browser do.
import { afterEach, describe, expect, test } from '@jest/globals';
import { action, type Answer, codeOf, endAll, HTTP, OPERATOR, READER, serving } from './serving.ts';

afterEach(endAll);

const inAnHour = (): { until: number; reason: string } => ({
  until: Date.now() + 3_600_000,
  reason: 'maintenance',
});

const cookieOf = ({ headers }: Answer): string => String(headers['set-cookie']).split(';')[0] ?? '';

describe('a token', () => {
  test('is required for everything below /api, and the error says how to send one', async () => {
    const fixture = await serving();
    for (const path of [
      'targets',
      'targets/home',
      'targets/home/plan',
      'targets/home/backups',
      'events',
      'session',
    ])
      expect((await fixture.ask(`/api/v1/${path}`, { token: undefined })).status).toBe(401);
    const answer = await fixture.ask('/api/v1/targets', { token: 'wrong-token-wrong-token' });
    expect([answer.status, codeOf(answer)]).toEqual([401, 'HF7037']);
    expect(answer.headers).toMatchObject({
      'content-type': 'application/problem+json',
      'www-authenticate': 'Bearer',
    });
    expect(answer.text).toContain('HOLDFAST_TOKEN');
    expect((await fixture.ask('/api/v1/targets')).status).toBe(200);
  });

  test('that is read-only sees everything, can request a plan, and is refused every action', async () => {
    const fixture = await serving();
    const reader = { token: READER };
    expect((await fixture.ask('/api/v1/session', reader)).json).toEqual({
      name: 'ci',
      role: 'read',
      auth: 'token',
    });
    expect((await fixture.ask('/api/v1/targets', reader)).status).toBe(200);
    const plan = await fixture.ask('/api/v1/targets/home/plan', { ...reader, method: 'POST', body: {} });
    expect(plan.status).toBe(200);
    const before = fixture.sandbox.requests.length;
    const bodies: Record<string, unknown> = {
      sync: undefined,
      suspend: inAnHour(),
      resume: undefined,
      retry: undefined,
      apply: {},
      restore: { backup: 'latest', confirm: 'home' },
      rollback: { confirm: 'home' },
    };
    for (const [name, body] of Object.entries(bodies)) {
      const answer = await fixture.ask(action(name), { ...reader, method: 'POST', body });
      expect([name, answer.status, codeOf(answer)]).toEqual([name, 403, 'HF7038']);
    }
    expect(fixture.sandbox.requests).toHaveLength(before);
    expect((await fixture.store.read('home')).suspension).toBeUndefined();
  });

  test('guessing tokens is blocked, and the right one has to wait too', async () => {
    const fixture = await serving();
    const wrong = async (): Promise<Answer> =>
      fixture.ask('/api/v1/targets', { token: 'wrong-token-wrong-token' });
    for (let tries = 0; tries < 10; tries += 1) expect((await wrong()).status).toBe(401);
    const answer = await wrong();
    expect([answer.status, codeOf(answer)]).toEqual([429, 'HF7041']);
    expect(Number(answer.headers['retry-after'])).toBeGreaterThan(0);
    expect((await fixture.ask('/api/v1/targets')).status).toBe(429);
    const login = {
      method: 'POST',
      token: undefined,
      headers: { 'x-holdfast': '1' },
      body: { token: OPERATOR },
    };
    expect((await fixture.ask('/api/v1/session', login)).status).toBe(429);
    expect(fixture.notes.filter((note) => note.includes('wrong tokens'))).toHaveLength(1);
    expect((await fixture.ask('/healthz', { token: undefined })).status).toBe(200);
  });
});

describe('a session of a browser', () => {
  const login = (fixture: Awaited<ReturnType<typeof serving>>, token = OPERATOR): Promise<Answer> =>
    fixture.ask('/api/v1/session', {
      method: 'POST',
      token: undefined,
      headers: { origin: fixture.url.origin, 'sec-fetch-site': 'same-origin' },
      body: { token },
    });

  test('begins with a token, in a cookie that no script and no other site can use, and ends', async () => {
    const fixture = await serving();
    const begun = await login(fixture);
    expect(begun.json).toEqual({ name: 'operator', role: 'operate', auth: 'token' });
    expect(String(begun.headers['set-cookie'])).toMatch(
      /^holdfast=[\w-]{43}; Max-Age=604800; Path=\/; HttpOnly; SameSite=Strict$/,
    );
    const headers = { cookie: cookieOf(begun), origin: fixture.url.origin };
    expect((await fixture.ask('/api/v1/targets', { token: undefined, headers })).status).toBe(200);
    const suspend = { method: 'POST', token: undefined, headers, body: inAnHour() };
    expect((await fixture.ask(action('suspend'), suspend)).status).toBe(200);
    const ended = await fixture.ask('/api/v1/session', { method: 'DELETE', token: undefined, headers });
    expect(ended.status).toBe(204);
    expect((await fixture.ask('/api/v1/targets', { token: undefined, headers })).status).toBe(401);
  });

  test('does not start with a wrong token, and ends when its token leaves the settings', async () => {
    const fixture = await serving();
    expect((await login(fixture, 'wrong-token-wrong-token')).status).toBe(401);
    const headers = { cookie: cookieOf(await login(fixture)) };
    const now = { drift: '0 0 1 1 *', http: { ...HTTP, tokens: HTTP.tokens.slice(1) } };
    await fixture.http.follow(now);
    expect((await fixture.ask('/api/v1/targets', { token: undefined, headers })).status).toBe(401);
    expect((await fixture.ask('/api/v1/targets', { token: READER })).status).toBe(200);
  });

  test('changes nothing for a cross-site request, or one without an origin', async () => {
    const fixture = await serving();
    const cookie = cookieOf(await login(fixture));
    const foreign: Record<string, string>[] = [
      {},
      { origin: 'https://evil.example' },
      { origin: 'null' },
      { origin: fixture.url.origin, 'sec-fetch-site': 'cross-site' },
      { 'sec-fetch-site': 'same-site', 'x-holdfast': '1' },
      { origin: 'https://evil.example', 'x-holdfast': '1' },
      { origin: fixture.url.origin.replace(/\d+$/, '1') },
    ];
    for (const headers of foreign) {
      const asking = { method: 'POST', token: undefined, headers: { cookie, ...headers }, body: inAnHour() };
      const answer = await fixture.ask(action('suspend'), asking);
      expect([headers, answer.status, codeOf(answer)]).toEqual([headers, 403, 'HF7039']);
    }
    const script = { cookie, 'x-holdfast': '1' };
    const asking = { method: 'POST', token: undefined, headers: script, body: inAnHour() };
    expect((await fixture.ask(action('suspend'), asking)).status).toBe(200);
  });

  test('has a cookie for https alone behind a proxy with https, whose address is the own one', async () => {
    const fixture = await serving({ http: { ...HTTP, publicUrl: new URL('https://holdfast.example') } });
    const headers = { origin: 'https://holdfast.example' };
    const asking = { method: 'POST', token: undefined, headers, body: { token: OPERATOR } };
    const begun = await fixture.ask('/api/v1/session', asking);
    expect(String(begun.headers['set-cookie'])).toMatch(/^__Host-holdfast=.*; Secure; SameSite=Strict$/);
    expect(begun.headers['strict-transport-security']).toContain('max-age=');
  });
});

describe('without a token on loopback', () => {
  const open = { ...HTTP, auth: 'none', tokens: [] } as const;

  test('everyone on this machine can do everything', async () => {
    const fixture = await serving({ http: open });
    const asking = { token: undefined, headers: { 'x-holdfast': '1' } };
    expect((await fixture.ask('/api/v1/session', asking)).json).toMatchObject({
      auth: 'none',
      role: 'operate',
    });
    expect((await fixture.ask(action('sync'), { ...asking, method: 'POST' })).status).toBe(202);
  });

  test('a page of another site can neither read (DNS rebinding) nor change anything', async () => {
    const fixture = await serving({ http: { ...open, trustedProxies: ['127.0.0.1'] } });
    const rebound = await fixture.ask('/api/v1/targets', {
      token: undefined,
      headers: { host: 'evil.example' },
    });
    expect([rebound.status, codeOf(rebound)]).toEqual([421, 'HF7040']);
    const headers = { host: 'evil.example', 'x-forwarded-host': 'localhost' };
    expect((await fixture.ask('/api/v1/targets', { token: undefined, headers })).status).toBe(421);
    for (const host of ['localhost:8318', '127.0.0.1', '[::1]:1'])
      expect((await fixture.ask('/api/v1/targets', { token: undefined, headers: { host } })).status).toBe(
        200,
      );
    const cross = { method: 'POST', token: undefined, headers: { origin: 'https://evil.example' } };
    expect((await fixture.ask(action('sync'), cross)).status).toBe(403);
  });
});

describe('a request that is too much or makes no sense', () => {
  test('is refused as problem details, and never with a stack', async () => {
    const fixture = await serving();
    const post = (body: unknown, headers = {}): Promise<Answer> =>
      fixture.ask(action('apply'), { method: 'POST', body, headers });
    const cases: [Answer, number][] = [
      [await post({ allow: ['x'.repeat(70_000)] }), 413],
      [await post('{'), 400],
      [await post('a=b', { 'content-type': 'application/x-www-form-urlencoded' }), 415],
      [await post('{}', { 'content-type': 'text/plain' }), 415],
      [await post({ dryrun: true }), 400],
      [await post({ dryRun: 'yes' }), 400],
      [await post({ allow: ['no-such-guard'] }), 400],
      [await fixture.ask('/api/v1/targets/home/looks?limit=a'), 400],
      [await fixture.ask('/api/v1/targets/..%2f..'), 400],
      [await fixture.ask('/api/v1/targets/%zz'), 400],
      [await fixture.ask('/api/v1/targets/nobody'), 404],
      [await fixture.ask('/api/v1/nothing'), 404],
      [await fixture.ask('/api/v1/targets', { method: 'PUT' }), 404],
    ];
    for (const [answer, status] of cases) {
      expect([answer.status, answer.text]).toEqual([status, expect.any(String)]);
      expect(answer.headers['content-type']).toBe('application/problem+json');
      expect(answer.json).toMatchObject({ status, type: expect.stringMatching(/^urn:holdfast:error:HF/) });
      expect(answer.text).not.toMatch(/node_modules|\.ts:|\bat \w+ \(/);
    }
    expect(await fixture.file()).toContain('request-retry: 1');
  });

  test('has headers that keep browsers from interpreting it, whatever the response', async () => {
    const fixture = await serving();
    for (const path of ['/api/v1/targets', '/nothing', '/healthz'])
      expect((await fixture.ask(path)).headers).toMatchObject({
        'content-security-policy': expect.stringMatching(
          /^default-src 'none';script-src 'self';style-src 'self'/,
        ),
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
      });
    expect((await fixture.ask('/api/v1/targets')).headers['access-control-allow-origin']).toBeUndefined();
  });
});
