// Small servers with scripted responses, targets that point at them, and a clock that does not wait.
import { createServer, type IncomingMessage, type RequestListener, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { createClient, type ClientOptions } from '../../src/gateway/client/http-client.ts';
import type { Client, Request } from '../../src/gateway/client/client.ts';
import type { Clock } from '../../src/domain/clock.ts';
import type { AuthMemory, RememberedFailure } from '../../src/domain/state/memory.ts';
import { HoldfastError } from '../../src/domain/problem/problem.ts';
import { seal } from '../../src/domain/secret.ts';
import type { Target } from '../../src/domain/target.ts';

export const CPA = {
  'x-cpa-version': 'v7.2.140',
  'x-cpa-commit': 'abc1234',
  'x-cpa-build-date': '2026-01-01T00:00:00Z',
  'x-cpa-support-plugin': '0',
};
export const CORS = { 'access-control-expose-headers': 'X-CPA-TRACE-ID, X-CPA-VERSION, X-CPA-COMMIT' };

export const MANAGEMENT_KEY = 'mgmt-secret-1';

export interface FakeClock extends Clock {
  readonly slept: number[];
  advance(ms: number): void;
}

export function fakeClock(start = 1_800_000_000_000): FakeClock {
  let now = start;
  const slept: number[] = [];
  return {
    slept,
    now: () => now,
    sleep: async (ms) => {
      slept.push(ms);
      now += ms;
    },
    advance: (ms) => {
      now += ms;
    },
  };
}

export function makeTarget(url: string, changes: Partial<Target> = {}): Target {
  return {
    name: 'home',
    url: new URL(url),
    keys: [seal(MANAGEMENT_KEY)],
    desired: [],
    mode: 'apply',
    api: 'auto',
    adopted: false,
    probes: { models: [] },
    policy: {
      ignore: [],
      ownership: [],
      allow: [],
      prune: false,
      maxDeletes: { fraction: 0.3 },
      maxReplaces: { fraction: 0.5 },
      unknownKeys: 'refuse',
      comments: 'keep',
      memory: 'optional',
      onFailure: 'quarantine',
      bisectTries: 10,
      freeze: [],
      undeclared: 'ignore',
    },
    digestKey: seal('digest-key'),
    ...changes,
  };
}

const closers: (() => Promise<unknown>)[] = [];

/** To be called after each test: ends the servers and clients that the test opened. */
export async function closeAll(): Promise<void> {
  for (const close of closers.splice(0).toReversed()) await close();
}

export interface FakeServer {
  readonly url: string;
  readonly requests: { readonly method: string; readonly path: string; readonly key: string }[];
}

/** A server on loopback; every request is recorded before `listener` answers. */
export async function serve(listener: RequestListener): Promise<FakeServer> {
  const requests: { method: string; path: string; key: string }[] = [];
  const server = createServer((request: IncomingMessage, response: ServerResponse) => {
    requests.push({
      method: request.method ?? '',
      path: request.url ?? '',
      key: (request.headers.authorization ?? '').replace('Bearer ', ''),
    });
    listener(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, requests };
}

export function reply(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = CPA,
): RequestListener {
  return (_request, response) => {
    response.writeHead(status, headers);
    response.end(typeof body === 'string' ? body : JSON.stringify(body));
  };
}

export function clientOf(target: Target, options: Partial<ClientOptions> = {}): Client {
  const client = createClient(target, { clock: fakeClock(), ...options });
  closers.push(() => client.close());
  return client;
}

export const READ: Request = {
  method: 'GET',
  path: '/v0/management/config',
  purpose: 'observe',
  credential: 'management',
};

export const WRITE: Request = {
  method: 'PUT',
  path: '/v0/management/debug',
  purpose: 'write',
  credential: 'management',
  body: seal('{"value":true}'),
};

/** The codes that a promise is rejected with; fails if it isn't rejected. */
export async function codesOf(promise: Promise<unknown>): Promise<readonly string[]> {
  return (await problemsOf(promise)).map(({ code }) => code);
}

export async function problemsOf(promise: Promise<unknown>): Promise<HoldfastError['problems']> {
  try {
    await promise;
  } catch (error) {
    if (error instanceof HoldfastError) return error.problems;
    throw error;
  }
  throw new Error('it was not rejected');
}

export interface FakeAuthMemory extends AuthMemory {
  remembered: RememberedFailure | undefined;
}

export function fakeAuthMemory(): FakeAuthMemory {
  let keysOf: readonly string[] = [];
  let working: number | undefined;
  const memory: FakeAuthMemory = {
    remembered: undefined,
    blocked: async (keys) =>
      keys.map((key) => key.open()).join() === keysOf.join() ? memory.remembered : undefined,
    remember: async (keys, failure) => {
      keysOf = keys.map((key) => key.open());
      memory.remembered = failure;
    },
    clear: async () => {
      memory.remembered = undefined;
    },
    workingKey: async () => working,
    worked: async (index) => {
      working = index;
      memory.remembered = undefined;
    },
  };
  return memory;
}
