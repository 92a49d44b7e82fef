import { type Channel, channel } from 'node:diagnostics_channel';
import { createServer as createTcpServer, type AddressInfo, type Socket } from 'node:net';
import { createServer as createTlsServer } from 'node:https';
import { afterEach, describe, expect, jest, test } from '@jest/globals';
import { generate } from 'selfsigned';
import { admission } from '../../../src/gateway/checks/probes.ts';
import type { Request } from '../../../src/gateway/client/client.ts';
import { EXIT } from '../../../src/domain/problem/exit.ts';
import { CODES } from '../../../src/domain/problem/codes.ts';
import { seal } from '../../../src/domain/secret.ts';
import {
  clientOf,
  closeAll,
  codesOf,
  CORS,
  CPA,
  fakeAuthMemory,
  fakeClock,
  makeTarget,
  MANAGEMENT_KEY,
  problemsOf,
  READ,
  reply,
  serve,
  WRITE,
} from '../builders.ts';

afterEach(closeAll);

const once = (of: Channel): Promise<void> =>
  new Promise((resolve) => {
    const heard = (): void => {
      of.unsubscribe(heard);
      resolve();
    };
    of.subscribe(heard);
  });

const HOUR = 3_600_000;

/** Nobody listens there. A port that was just closed can belong to another test a moment later. */
const DEAD_URL = 'http://127.0.0.1:1';

describe('an answer', () => {
  test('carries status, lower-case headers and a sealed body, and is counted by purpose', async () => {
    const { url, requests } = await serve(reply(200, { debug: true }));
    const client = clientOf(makeTarget(url));
    const answer = await client.send(READ);
    expect(answer.status).toBe(200);
    expect(answer.headers['x-cpa-version']).toBe('v7.2.140');
    expect(String(answer.body)).toBe('[sealed]');
    expect(JSON.parse(answer.body.open())).toEqual({ debug: true });
    expect(requests).toEqual([{ method: 'GET', path: '/v0/management/config', key: MANAGEMENT_KEY }]);
    expect(client.counts()).toEqual({ observe: 1 });
  });

  test('of an endpoint that refuses the body is an answer, not an error', async () => {
    const { url } = await serve(reply(400, { error: 'invalid body' }));
    expect((await clientOf(makeTarget(url)).send(WRITE)).status).toBe(400);
  });

  test('comes from below the path of the target URL', async () => {
    const { url, requests } = await serve(reply(200, {}));
    await clientOf(makeTarget(`${url}/cpa/`)).send({ ...READ, query: { name: 'a b' } });
    expect(requests[0]?.path).toBe('/cpa/v0/management/config?name=a+b');
  });

  test('is waited for before the next request is sent, across clients of one gateway', async () => {
    let open = 0;
    let most = 0;
    const { url } = await serve((_request, response) => {
      most = Math.max(most, (open += 1));
      setTimeout(() => {
        open -= 1;
        response.writeHead(200, CPA).end('{}');
      }, 5);
    });
    const clients = [clientOf(makeTarget(url)), clientOf(makeTarget(url, { name: 'again' }))];
    await Promise.all(Array.from({ length: 8 }, (_, i) => clients[i % 2]?.send(READ)));
    expect(most).toBe(1);
  });

  test('with a key beyond ASCII sends the bytes of its UTF-8', async () => {
    let bytes = '';
    const { url } = await serve((request, response) => {
      bytes = Buffer.from(request.headers.authorization ?? '', 'latin1').toString('utf8');
      response.writeHead(200, CPA).end('{}');
    });
    await clientOf(makeTarget(url, { keys: [seal('clé-secrète-1')] })).send(READ);
    expect(bytes).toBe('Bearer clé-secrète-1');
  });
});

describe("a gateway that can't be reached", () => {
  test.each([
    ['nothing listens', DEAD_URL, 'HF3001'],
    ['the name is unknown', 'http://gateway.invalid:8317', 'HF3002'],
  ])('is one error: %s', async (_title, url, code) => {
    const problems = await problemsOf(clientOf(makeTarget(url)).send(READ));
    expect(problems.map((each) => each.code)).toEqual([code]);
    expect(CODES[problems[0]!.code].exit).toBe(EXIT.unreachable);
    expect(problems[0]?.remedy).not.toBe('');
  });

  test('that never answers is a timeout', async () => {
    const { url } = await serve(() => undefined);
    expect(await codesOf(clientOf(makeTarget(url), { timeoutMs: 50 }).send(READ))).toEqual(['HF3003']);
  });

  test('with a certificate of its own is named as that, and accepted once the certificate is given', async () => {
    const pems = await generate([{ name: 'commonName', value: 'localhost' }], {
      keySize: 2048,
      extensions: [{ name: 'subjectAltName', altNames: [{ type: 7, ip: '127.0.0.1' }] }],
    });
    const server = createTlsServer({ key: pems.private, cert: pems.cert }, reply(200, {}));
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const url = `https://127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      const [untrusted] = await problemsOf(clientOf(makeTarget(url)).send(READ));
      expect([untrusted?.code, untrusted?.remedy]).toEqual([
        'HF3004',
        expect.stringContaining('self-signed'),
      ]);
      const trusting = clientOf(makeTarget(url, { tls: { ca: pems.cert } }));
      expect((await trusting.send(READ)).status).toBe(200);
      await trusting.close();
      const careless = clientOf(makeTarget(url, { tls: { insecure: true } }));
      expect((await careless.send(READ)).status).toBe(200);
      await careless.close();
      const plain = await codesOf(clientOf(makeTarget(url.replace('https', 'http'))).send(READ));
      expect(['HF3014', 'HF3006', 'HF3005']).toContain(plain[0]);
    } finally {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    }
  });

  test('without TLS is distinguished from one with a bad certificate', async () => {
    const { url } = await serve(reply(200, {}));
    expect(await codesOf(clientOf(makeTarget(url.replace('http:', 'https:'))).send(READ))).toEqual([
      'HF3005',
    ]);
  });

  test('is read again after a broken connection, a limited number of times', async () => {
    const { url, requests } = await serve((request) => request.socket.destroy());
    const clock = fakeClock();
    expect(await codesOf(clientOf(makeTarget(url), { clock }).send(READ))).toEqual(['HF3014']);
    expect(requests).toHaveLength(3);
    expect(clock.slept).toEqual([250, 1000]);
  });

  test('is read again after a 5xx of its own, and the last answer counts', async () => {
    let times = 0;
    const { url } = await serve((request, response) =>
      reply((times += 1) < 3 ? 500 : 200, {})(request, response),
    );
    expect((await clientOf(makeTarget(url)).send(READ)).status).toBe(200);
  });
});

describe('a write', () => {
  test('whose connection breaks is unknown, and is never sent again', async () => {
    const { url, requests } = await serve((request) => request.socket.destroy());
    expect(await codesOf(clientOf(makeTarget(url)).send(WRITE))).toEqual(['HF3015']);
    expect(requests).toHaveLength(1);
  });

  test('that gets no response in time is unknown', async () => {
    const { url } = await serve(() => undefined);
    expect(await codesOf(clientOf(makeTarget(url), { timeoutMs: 50 }).send(WRITE))).toEqual(['HF3015']);
  });

  test('is never sent over a connection that the gateway is closing', async () => {
    const sockets: Socket[] = [];
    const { url } = await serve((request, response) => {
      sockets.push(request.socket);
      reply(200, {})(request, response);
    });
    const client = clientOf(makeTarget(url));
    await client.send(READ);
    sockets[0]?.destroy();
    expect((await client.send(WRITE)).status).toBe(200);
    sockets[1]?.destroy();
    expect((await client.send(WRITE)).status).toBe(200);
  });

  test('that could not even be sent is known not to have happened', async () => {
    const client = clientOf(makeTarget(DEAD_URL));
    expect(await codesOf(client.send(WRITE))).toEqual(['HF3001']);
  });

  test('that a proxy answers with 502 is unknown', async () => {
    const { url } = await serve(reply(502, 'bad gateway', { 'content-type': 'text/html' }));
    expect(await codesOf(clientOf(makeTarget(url)).send(WRITE))).toEqual(['HF3015']);
  });

  test('with a 500 of the gateway itself is answered once', async () => {
    const { url, requests } = await serve(reply(500, { error: 'failed to save config: x' }));
    expect((await clientOf(makeTarget(url)).send(WRITE)).status).toBe(500);
    expect(requests).toHaveLength(1);
  });

  test('is not sent if the lease would end before the request', async () => {
    const { url, requests } = await serve(reply(200, {}));
    const client = clientOf(makeTarget(url), { lease: { remainingMs: () => 100 }, timeoutMs: 200 });
    expect(await codesOf(client.send(WRITE))).toEqual(['HF6002']);
    expect(requests).toEqual([]);
  });

  test.each(['write', 'read'])('as a %s is not sent if the lease ended while it connected', async (kind) => {
    const { url, requests } = await serve(reply(200, {}));
    const left = [60_000, 0];
    const client = clientOf(makeTarget(url), { lease: { remainingMs: () => left.shift() ?? 0 } });
    expect(await codesOf(client.send(kind === 'write' ? WRITE : READ))).toEqual(['HF6002']);
    expect(requests).toEqual([]);
  });
});

describe('what answers', () => {
  test.each([
    ['a web server', reply(200, '<html>', { 'content-type': 'text/html' }), 'HF3006'],
    ['a login page in front', reply(302, '', { location: 'https://login.example' }), 'HF3006'],
    ['another program with JSON', reply(404, { detail: 'not found' }, {}), 'HF3006'],
    ['a proxy without a gateway', reply(503, '', {}), 'HF3024'],
    ['a gateway with management turned off', reply(404, '', CORS), 'HF3011'],
    ['a gateway for its own machine only', reply(403, { error: 'remote management disabled' }), 'HF3010'],
    ['a gateway without a key', reply(403, { error: 'remote management key not set' }), 'HF3012'],
    [
      'a TLS server',
      reply(400, 'Client sent an HTTP request to an HTTPS server.\n', { connection: 'close' }),
      'HF3005',
    ],
  ])('is recognised: %s', async (_title, listener, code) => {
    const { url } = await serve(listener);
    expect(await codesOf(clientOf(makeTarget(url)).send(READ))).toEqual([code]);
  });

  test("isn't HTTP at all", async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => undefined);
      socket.once('data', () => socket.end('-ERR unknown command\r\n'));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    expect(await codesOf(clientOf(makeTarget(`http://127.0.0.1:${port}`)).send(READ))).toEqual(['HF3006']);
    await new Promise((resolve) => server.close(resolve));
  });

  test('is larger than the bound', async () => {
    const { url } = await serve(reply(200, 'x'.repeat(5000)));
    expect(await codesOf(clientOf(makeTarget(url), { maxBytes: 1000 }).send(READ))).toEqual(['HF3016']);
  });

  test('never ends', async () => {
    const { url } = await serve((_request, response) => void response.writeHead(200, CPA).write('x'));
    const begun = once(channel('undici:request:headers'));
    jest.useFakeTimers({ doNotFake: ['nextTick', 'setImmediate', 'queueMicrotask', 'performance'] });
    try {
      const failed = codesOf(clientOf(makeTarget(url), { timeoutMs: 80 }).send(READ));
      await begun;
      await new Promise((turn) => setImmediate(turn));
      jest.advanceTimersByTime(80);
      expect(await failed).toEqual(['HF3017']);
    } finally {
      jest.useRealTimers();
    }
  });

  test('is an empty 200 twice, then read', async () => {
    let times = 0;
    const { url } = await serve((request, response) =>
      reply(200, (times += 1) < 3 ? '' : '{}')(request, response),
    );
    expect((await clientOf(makeTarget(url)).send(READ)).body.open()).toBe('{}');
  });

  test('is a v7 gateway that does not know the v8 path: a response, not an error', async () => {
    const { url } = await serve(reply(404, '', CORS));
    const client = clientOf(makeTarget(url));
    const answer = await client.send({ ...READ, path: '/v8/management/config/config-version' });
    expect(answer.status).toBe(404);
  });
});

describe('an authentication failure', () => {
  const wrongKey = reply(401, { error: 'invalid management key' });

  test('is one attempt, remembered, and not tried again before its time', async () => {
    const { url, requests } = await serve(wrongKey);
    const clock = fakeClock();
    const authMemory = fakeAuthMemory();
    const client = clientOf(makeTarget(url), { clock, authMemory });
    expect(await codesOf(client.send(READ))).toEqual(['HF3007']);
    expect(await codesOf(client.send(READ))).toEqual(['HF3013']);
    expect(authMemory.remembered?.until).toBe(clock.now() + 2.25 * HOUR);
    expect(await codesOf(clientOf(makeTarget(url), { clock, authMemory }).send(READ))).toEqual(['HF3013']);
    expect(requests).toHaveLength(1);
    clock.advance(2.25 * HOUR + 1);
    expect(await codesOf(clientOf(makeTarget(url), { clock, authMemory }).send(READ))).toEqual(['HF3007']);
  });

  test('is forgotten when the key changes', async () => {
    const { url } = await serve((request, response) =>
      (request.headers.authorization === 'Bearer mgmt-secret-2' ? reply(200, {}) : wrongKey)(
        request,
        response,
      ),
    );
    const authMemory = fakeAuthMemory();
    await codesOf(clientOf(makeTarget(url), { authMemory }).send(READ));
    const changed = clientOf(makeTarget(url, { keys: [seal('mgmt-secret-2')] }), { authMemory });
    expect((await changed.send(READ)).status).toBe(200);
  });

  test('by a ban lasts as long as the gateway says', async () => {
    const banned = { error: 'IP banned due to too many failed attempts. Try again in 29m58s' };
    const { url } = await serve(reply(403, banned));
    const clock = fakeClock();
    const authMemory = fakeAuthMemory();
    const [problem] = await problemsOf(clientOf(makeTarget(url), { clock, authMemory }).send(READ));
    expect([problem?.code, problem?.message]).toEqual(['HF3009', expect.stringContaining('29m58s')]);
    expect(authMemory.remembered?.until).toBe(clock.now() + 1_798_000);
  });

  test.each([
    ['100h', 24],
    ['99999999999999h', 0.5], // longer than Go can say
    ['-5m', 0.5],
  ])('by a ban never lasts longer than a day, whatever the response claims: %s', async (claim, hours) => {
    const banned = { error: `IP banned due to too many failed attempts. Try again in ${claim}` };
    const { url } = await serve(reply(403, banned));
    const clock = fakeClock();
    const authMemory = fakeAuthMemory();
    await problemsOf(clientOf(makeTarget(url), { clock, authMemory }).send(READ));
    expect(authMemory.remembered?.until).toBe(clock.now() + hours * HOUR);
  });

  test("that the gateway doesn't count is not recorded", async () => {
    const authMemory = fakeAuthMemory();
    const { url } = await serve(reply(403, { error: 'remote management disabled' }));
    await codesOf(clientOf(makeTarget(url), { authMemory }).send(READ));
    expect(authMemory.remembered).toBeUndefined();
  });

  test('never causes five failures, however many keys there are', async () => {
    const { url, requests } = await serve(wrongKey);
    const keys = ['a', 'b', 'c', 'd', 'e', 'f'].map((letter) => seal(`mgmt-secret-${letter}`));
    const client = clientOf(makeTarget(url, { keys }));
    for (let i = 0; i < 5; i += 1) await codesOf(client.send(READ));
    expect(requests).toHaveLength(2);
  });

  test('of one key leads to the next while a rotation is under way, and that one is first from then on', async () => {
    const { url, requests } = await serve((request, response) =>
      (request.headers.authorization === 'Bearer mgmt-secret-2' ? reply(200, {}) : wrongKey)(
        request,
        response,
      ),
    );
    const keys = [seal('mgmt-secret-1'), seal('mgmt-secret-2')];
    const authMemory = fakeAuthMemory();
    const first = clientOf(makeTarget(url, { keys }), { authMemory });
    await first.send(READ);
    await first.send(READ);
    await clientOf(makeTarget(url, { keys }), { authMemory }).send(READ);
    expect(requests.map(({ key }) => key.at(-1))).toEqual(['1', '2', '2', '2']);
  });

  test('is avoided where the caller knows which key is in force', async () => {
    const { url, requests } = await serve(reply(200, {}));
    const client = clientOf(makeTarget(url, { keys: [seal('mgmt-secret-1'), seal('mgmt-secret-2')] }));
    client.preferKey(1);
    await client.send(READ);
    client.preferKey(7);
    await client.send(READ);
    expect(requests.map(({ key }) => key)).toEqual(['mgmt-secret-2', 'mgmt-secret-2']);
  });

  test.each([
    ['no key', [], 'HF3008'],
    ['an empty key', [''], 'HF3008'],
    ['a key with a newline', ['mgmt\nsecret'], 'HF3025'],
    ['a key that ends with a blank', ['mgmt-secret '], 'HF3025'],
  ])('is prevented where there is nothing to send: %s', async (_title, keys, code) => {
    const { url, requests } = await serve(reply(200, {}));
    const client = clientOf(makeTarget(url, { keys: keys.map((key) => seal(key)) }));
    expect(await codesOf(client.send(READ))).toEqual([code]);
    expect(requests).toEqual([]);
  });

  test('names no key anywhere in its error', async () => {
    const { url } = await serve(wrongKey);
    const error = await clientOf(makeTarget(url))
      .send(READ)
      .catch((thrown: unknown) => thrown);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain(MANAGEMENT_KEY);
    expect(String((error as Error).stack)).not.toContain(MANAGEMENT_KEY);
  });
});

describe('a request that must not be made', () => {
  test.each([
    '/v0/management/usage-queue',
    '/v0/management//usage-queue/',
    '/v0/management/%75sage-queue',
    '/v0/management/x/../usage-queue',
  ])('is a read that destroys: %s', async (path) => {
    const { url, requests } = await serve(reply(200, []));
    expect(await codesOf(clientOf(makeTarget(url)).send({ ...READ, path }))).toEqual(['HF3021']);
    expect(requests).toEqual([]);
  });

  test('is sent if the caller allows that it destroys', async () => {
    const { url } = await serve(reply(200, []));
    const request: Request = { ...READ, path: '/v0/management/usage-queue', destructive: true };
    expect((await clientOf(makeTarget(url)).send(request)).status).toBe(200);
  });

  test('is a management path without a key, which would count as a failed login', async () => {
    const { url, requests } = await serve(reply(200, {}));
    await codesOf(clientOf(makeTarget(url)).send({ ...READ, credential: 'none' }));
    expect(requests).toEqual([]);
  });
});

test("a request that can't be formed is our error, not that of the gateway", async () => {
  const { url, requests } = await serve(reply(200, {}));
  const client = clientOf(makeTarget(url));
  for (const clientKey of ['sk-test\n0001', 'sk-test\x000001'].map(seal)) {
    const sent = client.send({ ...READ, path: '/v1/models', credential: { clientKey } });
    expect(await codesOf(sent)).toEqual(['HF9001']);
  }
  expect(requests).toEqual([]);
  expect(await admission(client, seal('sk-test\n0001'))).toEqual({
    kind: 'unproven',
    detail: "the key contains a line break, which HTTP can't transmit",
  });
  expect(requests).toEqual([]);
});
