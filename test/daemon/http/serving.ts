// A daemon that answers over HTTP, and those who ask it: over a real socket, with any header.
import { request } from 'undici';
import { createHealth } from '../../../src/daemon/health/health.ts';
import { healthRoutes } from '../../../src/daemon/health/routes.ts';
import { httpService, type HttpService } from '../../../src/daemon/http/http.ts';
import type { HttpOptions } from '../../../src/daemon/http/server/options.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { HttpSettings } from '../../../src/settings/settings.ts';
import type { Services } from '../../../src/daemon/core/service.ts';
import { daemon, endAll, type Options, type Running } from '../setup.ts';

export const OPERATOR = 'test-token-of-the-operator';
export const READER = 'test-token-of-a-reader';

export const HTTP: HttpSettings = {
  listen: { host: '127.0.0.1', port: 0 },
  auth: 'token',
  tokens: [
    { name: 'operator', role: 'operate', token: seal(OPERATOR) },
    { name: 'ci', role: 'read', token: seal(READER) },
  ],
  trustedProxies: [],
};

export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  /** Of a body that is JSON. */
  readonly json: Record<string, unknown>;
}

export interface Asking {
  readonly method?: string;
  /** Of the operator; undefined: none. */
  readonly token?: string | undefined;
  readonly headers?: Readonly<Record<string, string>>;
  /** As JSON, or as it is when it is a text. */
  readonly body?: unknown;
}

export interface Serving extends Running {
  readonly http: HttpService;
  readonly url: URL;
  readonly notes: string[];
  readonly faults: unknown[];
  ask(path: string, asking?: Asking): Promise<Answer>;
}

export interface ServingOptions extends Options {
  readonly http?: HttpSettings;
  readonly options?: Partial<HttpOptions>;
  /** Services beside it. */
  readonly beside?: Services;
}

export { endAll };

export async function serving(given: ServingOptions = {}): Promise<Serving> {
  let http: HttpService | undefined;
  const notes: string[] = [];
  const faults: unknown[] = [];
  const fixture = await daemon({
    unwatched: true,
    ...given,
    daemon: { http: given.http ?? HTTP },
    services: (operations) => {
      const health = createHealth({ operations, now: Date.now, elapsed: () => performance.now() });
      http = httpService(operations, {
        version: '0.0.0-test',
        clock: { now: () => Date.now(), sleep: async () => {} },
        redact: (value) => value,
        note: (_level, text) => notes.push(text),
        failed: (error) => faults.push(error),
        routes: () => [healthRoutes(health)],
        ...given.options,
      });
      return [health, http, ...(given.beside?.(operations) ?? [])];
    },
  });
  await fixture.next();
  const url = http?.address();
  if (!http || !url) throw new Error('it does not listen');
  return Object.assign(Object.create(fixture) as Running, {
    http,
    url,
    notes,
    faults,
    ask: (path: string, asking?: Asking) => ask(url, path, asking),
  });
}

export async function ask(url: URL, path: string, asking: Asking = {}): Promise<Answer> {
  const token = 'token' in asking ? asking.token : OPERATOR;
  const { method = 'GET', headers = {}, body } = asking;
  const answer = await request(new URL(path, url), {
    method: method as 'GET',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  });
  const text = await answer.body.text();
  return { status: answer.statusCode, headers: answer.headers, text, json: parsed(text) };
}

function parsed(text: string): Record<string, unknown> {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return {};
  }
}

export const action = (name: string): string => `/api/v1/targets/home/actions/${name}`;
export const codeOf = ({ json }: Answer): unknown =>
  (json['problems'] as { code: string }[] | undefined)?.[0]?.code;
