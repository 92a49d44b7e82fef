// One request from its arrival to its response: faults, CORS, availability, authentication, then its endpoint (C v0
// §1.1, §1.3). Decides no configuration.
import { MANAGEMENT_BASE } from '../../gateway/catalog/field.ts';
import { type Value } from '../../lib/value.ts';
import { JSON_TYPE } from '../../gateway/v7/answer.ts';
import { handle, methodsOf } from '../../gateway/v7/endpoints.ts';
import { writeJson } from '../../gateway/v7/json-text.ts';
import { type Auth, clientAddress } from './auth.ts';
import type { SandboxClock } from '../gateway/clock.ts';
import { configV8, isPluginRemoval, isV8, routedV8, statusNameV8 } from './answering-v8.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import type { Faults } from '../gateway/faults.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { callbackPage, oauthCallback } from './oauth.ts';
import { hasTemplateKeys, isProxyPath, proxyAnswer, safeModeAnswer } from './proxy.ts';
import type { Incoming, Outgoing } from './server.ts';
import { statusAnswer, statusMethods } from './status.ts';

export interface Answering {
  readonly dialect: Dialect;
  /** Whether there are endpoints below `/v8/management`. */
  readonly hasTree: boolean;
  /** Of v8. */
  readonly generation: 'A' | 'B';
  readonly gateway: Gateway;
  readonly auth: Auth;
  readonly faults: Faults;
  /** `X-CPA-*` */
  readonly buildHeaders: Readonly<Record<string, string>>;
  /** The process started with template keys and keeps checking for them (C v0 §8.1 item 6). */
  readonly watchesTemplateKeys: boolean;
  /** Whether management was ever enabled: otherwise not even its redirects exist. */
  readonly managementKnown: () => boolean;
  readonly bcryptMs: number;
  readonly clock: SandboxClock;
  /** Ends the process, as a fatal error of the real one does. */
  readonly die: () => void;
}

const empty = (status: number, headers: Readonly<Record<string, string>> = {}): Outgoing => ({
  status,
  headers,
  body: '',
});

const json = (status: number, body: Value, headers: Readonly<Record<string, string>> = {}): Outgoing => ({
  status,
  headers: { 'Content-Type': JSON_TYPE, ...headers },
  body: writeJson(body),
});

const answered = ({ status, body }: { readonly status: number; readonly body: Value }): Outgoing =>
  json(status, body);

const isManagement = (to: Answering, path: string): boolean =>
  path === MANAGEMENT_BASE || path.startsWith(`${MANAGEMENT_BASE}/`) || isV8(to, path);

const HTML_TYPE = 'text/html; charset=utf-8';

const WRITES: ReadonlySet<string> = new Set(['PUT', 'PATCH', 'DELETE', 'POST']);

export async function answer(to: Answering, request: Incoming): Promise<Outgoing> {
  if (request.method === 'OPTIONS') return empty(204);
  if (to.faults.active('slow')) await to.clock.delay(to.faults.number('slow', 1000));
  if (!isManagement(to, request.path))
    return redirectedOutside(request) ?? bent(to, request, outside(to, request));
  const before = struckBefore(to, request);
  if (before) return before;
  const given = await management(to, request);
  const write = WRITES.has(request.method) && given.status < 300;
  if (write && to.faults.strikes('reset-after-write')) return { ...given, transport: 'reset' };
  return bent(to, request, given);
}

/** Faults that occur before a management request takes effect. */
function struckBefore(to: Answering, { method, path }: Incoming): Outgoing | undefined {
  if (to.faults.active('home-mode')) return empty(404);
  if (to.faults.strikes('error-on-request'))
    return empty(to.faults.status('error-on-request', 500), to.buildHeaders);
  if (!WRITES.has(method)) return undefined;
  if (to.faults.strikes('reset-before-write')) return { ...empty(200), transport: 'reset' };
  if (method === 'PATCH' && path.includes('/oauth-') && to.faults.active('dead-process-on-oauth-patch')) {
    to.die();
    return { ...empty(200), transport: 'reset' };
  }
  return undefined;
}

/** Faults that spoil an otherwise correct response. */
function bent(to: Answering, { method, path }: Incoming, given: Outgoing): Outgoing {
  if (method !== 'GET' || given.status !== 200) return given;
  if (to.faults.at('empty-body', path)) return { ...given, body: '' };
  if (to.faults.at('garbage-body', path)) return { ...given, body: '{"debug": fal' };
  if (to.faults.at('endless-body', path)) return { ...given, transport: 'endless' };
  if (!to.faults.at('wrong-content', path)) return given;
  return {
    status: 200,
    headers: { 'Content-Type': 'text/html; charset=utf-8' },
    body: '<!doctype html><title>Welcome</title>\n',
  };
}

function outside(to: Answering, request: Incoming): Outgoing {
  const { method, path } = request;
  if (path === '/healthz') return health(method);
  const page = callbackPage(method, path);
  if (page !== undefined) return { ...empty(200, { 'Content-Type': HTML_TYPE }), body: page };
  const runtime = to.gateway.runtime();
  const safe = to.watchesTemplateKeys && hasTemplateKeys(runtime) ? safeModeAnswer(path) : undefined;
  const found = safe ?? proxyAnswer(runtime, request, to.clock.now());
  if (!found) return empty(404);
  if (typeof found.body === 'string') return { ...empty(found.status, found.headers), body: found.body };
  return json(found.status, found.body, found.headers);
}

function health(method: string): Outgoing {
  if (method === 'HEAD') return empty(200);
  return method === 'GET' ? json(200, { status: 'ok' }) : empty(404);
}

async function management(to: Answering, request: Incoming): Promise<Outgoing> {
  const moved = redirected(to, request);
  if (moved) return moved;
  if (!to.auth.available(to.gateway.runtime())) return empty(404);
  if (isV8(to, request.path) && !routedV8(request)) return empty(404);
  if (request.path === `${MANAGEMENT_BASE}/oauth-callback` && /^(?:GET|POST)$/.test(request.method))
    return answered(oauthCallback(request.method, request.query, request.body));
  if (to.faults.active('ban')) to.auth.ban(clientAddress(request.headers, request.peer));
  const cost = (): Promise<void> => (to.bcryptMs > 0 ? to.clock.delay(to.bcryptMs) : Promise.resolve());
  const refusal = await to.auth.refuses(to.gateway.memory(), request.headers, request.peer, cost);
  if (refusal) return json(refusal.status, { error: refusal.error }, to.buildHeaders);
  const given = endpoint(to, request);
  return { ...given, headers: { ...to.buildHeaders, ...given.headers } };
}

/** A slash at the end of an existing path redirects to the path without it, before any authentication. */
function redirected(to: Answering, { method, path, rawQuery }: Incoming): Outgoing | undefined {
  if (isV8(to, path))
    return method === 'DELETE' && path === V8_CONFIG ? redirect(method, `${path}/`, rawQuery) : undefined;
  const target = path.slice(0, -1);
  if (!path.endsWith('/') || !to.managementKnown() || !methodsAt(to, target).includes(method))
    return undefined;
  return redirect(method, target, rawQuery);
}

const V8_CONFIG = '/v8/management/config';

function redirectedOutside({ method, path, rawQuery }: Incoming): Outgoing | undefined {
  const target = path.slice(0, -1);
  const known = path.endsWith('/') && isProxyPath(method, target) && !isProxyPath(method, path);
  return known ? redirect(method, target, rawQuery) : undefined;
}

function redirect(method: string, target: string, rawQuery: string): Outgoing {
  const location = rawQuery === '' ? target : `${target}?${rawQuery}`;
  if (method !== 'GET') return empty(307, { Location: location });
  return {
    status: 301,
    headers: { Location: location, 'Content-Type': HTML_TYPE },
    body: `<a href="${location}">Moved Permanently</a>.\n\n`,
  };
}

function methodsAt(to: Answering, path: string): readonly string[] {
  const name = path.slice(MANAGEMENT_BASE.length);
  if (name === '/config.yaml') return ['GET', 'PUT'];
  if (name === '/oauth-callback') return ['GET', 'POST'];
  return [...methodsOf(path, to.dialect.memoryCatalog), ...statusMethods(name)];
}

function endpoint(to: Answering, request: Incoming): Outgoing {
  const { method, path, query, body } = request;
  const { gateway } = to;
  const v8 = isV8(to, path);
  const config = v8 ? configV8(request, gateway, to.faults, to.generation) : undefined;
  if (config) return config;
  const name = v8 ? statusNameV8(path) : path.slice(MANAGEMENT_BASE.length);
  if (!v8 && name === '/config.yaml') return configFile(to, request);
  const drops = WRITES.has(method) && to.faults.at('drop-writes', path);
  if (drops) return json(200, { status: 'ok' });
  const status = statusAnswer({ method, endpoint: name, query, body, gateway, now: to.clock.now() });
  if (status) return json(status.status, status.body);
  const removal = v8 && isPluginRemoval(request);
  const internal = removal ? { ...request, path: `${MANAGEMENT_BASE}${name}` } : request;
  const given = handle(gateway.memory(), internal, to.dialect.memoryCatalog, {
    authIndex: gateway.authIndex(),
  });
  if (given.writes === 'file') {
    const problem = gateway.fieldWrite(given.memory, {
      flatFile: removal ? 'migrate' : 'keep',
      ...(given.sent && { sent: given.sent }),
    });
    if (problem) return json(500, { error: `failed to save config: ${problem.message}` });
  }
  const headers = given.contentType === undefined ? {} : { 'Content-Type': given.contentType };
  return { status: given.status, headers, body: given.body };
}

const STATUS_OF = {
  invalid_yaml: 400,
  invalid_config: 422,
  write_failed: 500,
  reload_failed: 500,
  save: 500,
} as const;

function configFile(to: Answering, { method, path, body }: Incoming): Outgoing {
  if (method === 'GET') {
    const text = to.gateway.readFile();
    if (text === undefined) return unreadable(to.gateway.readProblem());
    return {
      status: 200,
      headers: {
        'Content-Type': 'application/yaml; charset=utf-8',
        'Cache-Control': 'no-store',
        'X-Content-Type-Options': 'nosniff',
      },
      body: text,
    };
  }
  if (method !== 'PUT') return empty(404);
  const changed = { changed: ['config'], ok: true };
  if (to.faults.at('drop-writes', path)) return json(200, changed);
  const problem = to.gateway.replaceFile(body);
  if (!problem) return json(200, changed);
  return json(STATUS_OF[problem.kind], { error: problem.kind, message: problem.message });
}

function unreadable(problem: string): Outgoing {
  return problem.endsWith('no such file or directory')
    ? json(404, { error: 'not_found', message: 'config file not found' })
    : json(500, { error: 'read_failed', message: problem });
}
