// Where the server listens, what it does if it can't, and how it follows its settings.
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { generate } from 'selfsigned';
import { afterEach, describe, expect, test } from '@jest/globals';
import { Agent, request } from 'undici';
import { HoldfastError } from '../../../src/domain/problem/problem.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { HttpSettings } from '../../../src/settings/settings.ts';
import { ask, endAll, HTTP, serving } from './serving.ts';

const others: Server[] = [];
afterEach(async () => {
  for (const server of others.splice(0)) await new Promise((resolve) => server.close(resolve));
  await endAll();
});

async function occupied(): Promise<number> {
  const server = createServer((_request, response) => response.end('someone else'));
  others.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return (server.address() as AddressInfo).port;
}

const at = (host: string, port: number, more: Partial<HttpSettings> = {}): HttpSettings => ({
  ...HTTP,
  ...more,
  listen: { host, port },
});
const daemon = (http: HttpSettings): { drift: string; http: HttpSettings } => ({ drift: '0 0 1 1 *', http });

async function problemsOf(work: Promise<unknown>): Promise<HoldfastError> {
  const error = await work.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (!(error instanceof HoldfastError)) throw new Error(`no problem but ${String(error)}`);
  return error;
}

describe('the server', () => {
  test('stays where it is if its new port is in use, and names the process that uses it', async () => {
    const fixture = await serving();
    const port = await occupied();
    const error = await problemsOf(fixture.http.follow(daemon(at('127.0.0.1', port))));
    expect(error.problems).toMatchObject([
      { code: 'HF7032', message: `127.0.0.1:${port} is in use by another web server` },
    ]);
    expect(error.exit).toBe(3);
    expect((await fixture.ask('/api/v1/targets')).status).toBe(200);
    const second = await problemsOf(fixture.http.follow(daemon(at('127.0.0.1', Number(fixture.url.port)))));
    expect(second.problems[0]?.message).toContain('perhaps by another Holdfast');
  });

  test('says what is wrong with an address that is not of this machine', async () => {
    const fixture = await serving();
    const error = await problemsOf(fixture.http.follow(daemon(at('192.0.2.1', 8318))));
    expect(error.problems).toMatchObject([
      { code: 'HF7033', message: expect.stringContaining("doesn't have this address") },
    ]);
  });

  test('moves to another address, accepts other tokens at the same one, and stops if it is disabled', async () => {
    const fixture = await serving();
    await fixture.http.follow(daemon(at('127.0.0.2', 0)));
    const moved = fixture.http.address() as URL;
    expect(moved.hostname).toBe('127.0.0.2');
    await expect(fixture.ask('/api/v1/targets')).rejects.toThrow();
    const token = 'another-token-of-somebody';
    const tokens = [{ name: 'new', role: 'operate' as const, token: seal(token) }];
    await fixture.http.follow(daemon(at('127.0.0.2', 0, { tokens })));
    expect(fixture.http.address()).toEqual(moved);
    expect((await ask(moved, '/api/v1/targets')).status).toBe(401);
    expect((await ask(moved, '/api/v1/session', { token })).json).toMatchObject({ name: 'new' });
    await fixture.http.follow({ drift: '0 0 1 1 *' });
    expect(fixture.http.address()).toBeUndefined();
    await expect(ask(moved, '/healthz')).rejects.toThrow();
  });

  test('listens on IPv6 too', async () => {
    const fixture = await serving({ http: at('::1', 0) });
    expect(fixture.url.hostname).toBe('[::1]');
    expect((await fixture.ask('/api/v1/targets')).status).toBe(200);
  });

  test('speaks TLS with its certificate, and then has a cookie for https alone', async () => {
    const made = await generate([{ name: 'commonName', value: 'localhost' }]);
    const tls = { cert: made.cert, key: seal(made.private) };
    const fixture = await serving({ http: at('127.0.0.1', 0, { tls }) });
    expect(fixture.url.protocol).toBe('https:');
    const dispatcher = new Agent({ connect: { rejectUnauthorized: false } });
    const answer = await request(new URL('/api/v1/session', fixture.url), {
      dispatcher,
      method: 'POST',
      headers: { 'content-type': 'application/json', origin: fixture.url.origin },
      body: JSON.stringify({ token: HTTP.tokens[0]?.token.open() }),
    });
    expect(String(answer.headers['set-cookie'])).toMatch(/^__Host-holdfast=.*Secure/);
    await answer.body.dump();
    await dispatcher.close();
  });

  test('trusts only the configured proxy', async () => {
    const forwarded = { 'x-forwarded-for': '203.0.113.7' };
    const named = async (trustedProxies: readonly string[]): Promise<string> => {
      const fixture = await serving({ http: { ...HTTP, trustedProxies } });
      await fixture.ask('/api/v1/targets/home/actions/sync', { method: 'POST', headers: forwarded });
      return fixture.notes.at(-1) ?? '';
    };
    expect(await named(['127.0.0.0/8'])).toContain('operator (203.0.113.7)');
    expect(await named([])).toContain('operator (127.0.0.1)');
  });

  test('begins nothing while the daemon stops', async () => {
    const fixture = await serving();
    const { operations } = fixture;
    await fixture.stop();
    expect((await problemsOf(operations.apply('home', {}))).problems).toMatchObject([{ code: 'HF7044' }]);
    await expect(fixture.ask('/api/v1/targets')).rejects.toThrow();
  });
});
