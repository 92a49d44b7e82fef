// The routes below `/v8/management` (C v8 §1.2, §1.3): configuration from gateway/v8, and operational routes that
// respond like their v0 counterparts.
import { handleV8, routeOf, V8_BASE } from '../../gateway/v8/endpoints.ts';
import { writeJson } from '../../gateway/v7/json-text.ts';
import { JSON_TYPE } from '../../gateway/v7/answer.ts';
import type { Faults } from '../gateway/faults.ts';
import type { Gateway } from '../gateway/gateway.ts';
import type { Incoming, Outgoing } from './server.ts';
import { statusMethods } from './status.ts';

export const isV8 = ({ hasTree }: { readonly hasTree: boolean }, path: string): boolean =>
  hasTree && (path === V8_BASE || path.startsWith(`${V8_BASE}/`));

/** Unknown paths and methods are a bare 404, before any authentication. */
export const routedV8 = (request: Incoming): boolean =>
  routeOf(request) !== undefined ||
  isPluginRemoval(request) ||
  statusMethods(statusNameV8(request.path)).includes(request.method);

/** It saves the configuration as the v0 route does (C v8 §1.3). */
export const isPluginRemoval = ({ method, path }: Pick<Incoming, 'method' | 'path'>): boolean =>
  method === 'DELETE' && /^\/plugins\/[^/]+$/.test(path.slice(V8_BASE.length));

/** The v0 path of an operational route; `''` for none. */
export function statusNameV8(path: string): string {
  const endpoint = path.slice(V8_BASE.length);
  const found = NAMES.find(([now]) => endpoint === now || endpoint.startsWith(`${now}/`));
  return found ? `${found[1]}${endpoint.slice(found[0].length)}` : '';
}

const NAMES: readonly (readonly [now: string, v0: string])[] = [
  ['/credentials', '/auth-files'],
  ['/plugins', '/plugins'],
  ['/server/latest-version', '/latest-version'],
  ['/routing/cooldown/reset', '/reset-quota'],
  ['/routing/model-definitions', '/model-definitions'],
  ['/observability/logs/errors', '/request-error-logs'],
  ['/observability/logs/requests', '/request-log-by-id'],
  ['/observability/logs', '/logs'],
  ['/observability/usage/api-keys', '/api-key-usage'],
  ['/observability/usage/queue', '/usage-queue'],
];

/** Undefined: the request is for another route. */
export function configV8(
  request: Incoming,
  gateway: Gateway,
  faults: Faults,
  generation: 'A' | 'B',
): Outgoing | undefined {
  if (!routeOf(request)) return undefined;
  if (request.method !== 'GET' && faults.at('drop-writes', request.path)) return json(200, OK);
  const given = handleV8(request, {
    ...gateway.loadOptions,
    generation,
    file: gateway.readFile(),
    memory: gateway.memory(),
  });
  const problem = given.writes && gateway.storeV8(given.writes);
  if (problem) return json(500, { error: 'write_failed', message: problem.message });
  return {
    status: given.status,
    headers: {
      ...(given.contentType !== undefined && { 'Content-Type': given.contentType }),
      ...(given.noStore && { 'Cache-Control': 'no-store' }),
    },
    body: given.body,
  };
}

const OK = { 'config-version': 8, status: 'ok' };

const json = (status: number, body: Parameters<typeof writeJson>[0]): Outgoing => ({
  status,
  headers: { 'Content-Type': JSON_TYPE },
  body: writeJson(body),
});
