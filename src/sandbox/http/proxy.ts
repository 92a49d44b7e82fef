// The part of the proxy that a reconciler can see: who can get the model list, and what it lists. Uses the runtime,
// never memory (design-v8 rule 3).
import type { IncomingHttpHeaders } from 'node:http';
import type { Value } from '../../lib/value.ts';
import type { Memory } from '../../gateway/model/model.ts';
import { SAMPLE_KEYS, usableKeys } from '../../gateway/observe/client-keys.ts';
import { trim } from '../../gateway/model/rules.ts';
import { isCallbackPage } from './oauth.ts';
import { modelsOf } from './models.ts';
import { proxyRoute } from './proxy-routes.ts';

export const hasTemplateKeys = (runtime: Memory): boolean =>
  [...usableKeys(runtime['api-keys'])].some((key) => SAMPLE_KEYS.has(key));

export interface ProxyAnswer {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Value;
}

const PROXY_PATH = /^\/(?:v1|v1beta|openai\/v1|backend-api\/codex)(?:\/|$)/;

/** The refusal of a process that started with template keys and still has some (C v0 §8.1 item 6). */
export function safeModeAnswer(path: string): ProxyAnswer | undefined {
  if (!PROXY_PATH.test(path)) return undefined;
  return {
    status: 403,
    headers: { 'X-CPA-SAFE-MODE': 'example-api-key' },
    body: {
      error: 'unsafe_example_api_key',
      message:
        'Proxy API endpoints are disabled because api-keys contains template values. Open /management.html?safe-mode=configure, update api-keys in Management, then retry.',
    },
  };
}

const OPEN_PATHS: ReadonlySet<string> = new Set(['/healthz', '/management.html', '/v1/models']);

/** Whether a slash after this path redirects back to it. For two paths it does although they don't exist. */
export const isProxyPath = (method: string, path: string): boolean =>
  path === '/v1' ||
  (method === 'POST' && /^\/v1\/realtime\/calls\/[^/]+$/.test(path)) ||
  (method === 'GET' && (OPEN_PATHS.has(path) || isCallbackPage(path))) ||
  proxyRoute(method, path) !== undefined;

export interface ProxyRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
}

/** Undefined: not a path of the proxy. */
export function proxyAnswer(runtime: Memory, request: ProxyRequest, now: number): ProxyAnswer | undefined {
  const { method, path, headers, query, body } = request;
  const route = proxyRoute(method, path);
  if (!route) return method === 'GET' ? listAnswer(runtime, request, now) : undefined;
  const refusal = refusalFor(usableKeys(runtime['api-keys']), headers, query);
  if (refusal === undefined)
    return route.reply({
      path,
      body,
      now,
      serves: (model) => modelsOf(runtime).some(({ id }) => id === model),
    });
  if (route.refusal === 'plain') return { status: 401, body: { error: refusal } };
  const error = { code: 'invalid_api_key', message: refusal, param: null, type: 'authentication_error' };
  return { status: 401, body: { error } };
}

function listAnswer(
  runtime: Memory,
  { path, headers, query }: ProxyRequest,
  now: number,
): ProxyAnswer | undefined {
  if (path === '/')
    return {
      status: 200,
      body: {
        endpoints: ['POST /v1/chat/completions', 'POST /v1/completions', 'GET /v1/models'],
        message: 'CLI Proxy API Server',
      },
    };
  if (path !== '/v1/models' && path !== '/v1beta/models') return undefined;
  const refusal = refusalFor(usableKeys(runtime['api-keys']), headers, query);
  if (refusal) return { status: 401, body: { error: refusal } };
  if (path === '/v1beta/models') return { status: 200, body: { models: [] } };
  const seconds = Math.floor(now / 1000);
  const list = modelsOf(runtime).map(({ id, owner, created }) => ({
    ...(created !== undefined && { created: created === 'now' ? seconds : created }),
    id,
    object: 'model',
    owned_by: owner,
  }));
  return { status: 200, body: { data: list, object: 'list' } };
}

/** Any of the locations can contain the right key; a wrong one elsewhere doesn't matter. */
function refusalFor(
  keys: ReadonlySet<string>,
  headers: IncomingHttpHeaders,
  query: Readonly<Record<string, string>>,
): string | undefined {
  if (keys.size === 0) return undefined;
  const given = [
    (headers.authorization ?? '').replace(/^bearer /i, ''),
    headers['x-goog-api-key'],
    headers['x-api-key'],
    query['key'],
    query['auth_token'],
  ]
    .map((key) => trim(String(key ?? '')))
    .filter((key) => key !== '');
  if (given.length === 0) return 'Missing API key';
  return given.some((key) => keys.has(key)) ? undefined : 'Invalid API key';
}
