// The read endpoints for people and status pages (C v0 §7), as an idle gateway without credential files responds,
// and the toggle of a credential (C v0 §3.6).
import { isList, isTree, listOf, type Tree, treeOf, type Value } from '../../lib/value.ts';
import type { Memory } from '../../gateway/model/model.ts';
import { credentialsOf } from '../../gateway/v7/credentials.ts';
import { decodeBoolean, decodeString, membersOf } from '../../gateway/v7/decode.ts';
import { isNode, readFirst } from '../../gateway/v7/json-text.ts';
import type { Gateway } from '../gateway/gateway.ts';
import { cancelLogin, loginStatus } from './oauth.ts';
import { modelsOfCredential } from './models.ts';
import { CHANNEL_MODELS } from './static-models.ts';

export interface StatusCall {
  readonly method: string;
  /** Below `/v0/management`, e.g. `/api-key-usage`. */
  readonly endpoint: string;
  readonly query: Readonly<Record<string, string>>;
  readonly body: string;
  readonly gateway: Gateway;
  /** ms since the epoch. */
  readonly now: number;
}

export interface StatusAnswer {
  readonly status: number;
  readonly body: Value;
}

const ok = (body: Value): StatusAnswer => ({ status: 200, body });
const refusal = (status: number, error: string, more: Tree = {}): StatusAnswer => ({
  status,
  body: { error, ...more },
});

type Act = (call: StatusCall) => StatusAnswer;

const ACTS: Readonly<Record<string, Act>> = {
  'GET /api-key-usage': (call) => ok(usage(call)),
  'GET /usage-queue': ({ query }) => usageQueue(query['count']),
  'GET /auth-files': () => ok({ files: [] }),
  'GET /auth-files/models': authFileModels,
  'PATCH /auth-files/status': toggle,
  'GET /plugins': ({ gateway }) => ok(pluginList(gateway.memory())),
  'GET /latest-version': () =>
    refusal(502, 'request_failed', {
      message:
        'Get "https://api.github.com/repos/router-for-me/CLIProxyAPI/releases/latest": dial tcp: the sandbox has no network',
    }),
  'GET /logs': ({ gateway }) =>
    gateway.memory()['logging-to-file'] === true
      ? ok({ lines: [], 'line-count': 0, 'latest-timestamp': 0, 'next-cursor': '' })
      : refusal(400, 'logging to file disabled'),
  'GET /request-error-logs': () => ok({ files: [] }),
  'DELETE /logs': ({ gateway }) =>
    gateway.memory()['logging-to-file'] === true
      ? ok({ success: true })
      : refusal(400, 'logging to file disabled'),
  'GET /auth-files/download': ({ query }) => fileNamed(query['name'], 'file not found'),
  'DELETE /auth-files': ({ query }) =>
    query['all'] === 'true'
      ? ok({ deleted: 0, status: 'ok' })
      : fileNamed(query['name'], 'auth file not found'),
  'POST /auth-files': ({ query }) => fileNamed(query['name'], 'auth file not found'),
  'PATCH /auth-files/fields': fileFields,
  'POST /vertex/import': () => refusal(400, 'file required'),
  'POST /api-call': apiCall,
  'GET /get-auth-status': ({ query }) => loginStatus(query),
  'DELETE /oauth-session': ({ query }) => cancelLogin(query),
  'POST /reset-quota': resetQuota,
};

/** The methods of the endpoints here that have this path; for the redirect of a trailing slash. */
export function statusMethods(endpoint: string): readonly string[] {
  const methods = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'];
  const known = methods.filter((method) => Object.hasOwn(ACTS, `${method} ${endpoint}`));
  return /^\/model-definitions\/[^/]+$/.test(endpoint) ? ['GET'] : known;
}

/** Undefined: none of these endpoints. */
export function statusAnswer(call: StatusCall): StatusAnswer | undefined {
  const key = `${call.method} ${call.endpoint}`;
  const act = Object.hasOwn(ACTS, key) ? ACTS[key] : undefined;
  if (act) return act(call);
  if (call.method !== 'GET') return undefined;
  const [, what = '', name = ''] = /^\/([a-z-]+)\/([^/]+)$/.exec(call.endpoint) ?? [];
  return Object.hasOwn(NAMED, what) ? NAMED[what]?.(name) : undefined;
}

const NAMED: Readonly<Record<string, (name: string) => StatusAnswer>> = {
  'model-definitions': definitions,
  'request-error-logs': () => refusal(404, 'log file not found'),
  'request-log-by-id': () => refusal(404, 'log directory not found'),
};

const SLOT_MS = 600_000;
const SLOTS = 20;

function usage({ gateway, now }: StatusCall): Tree {
  const byProvider: Record<string, Record<string, Value>> = {};
  for (const { provider, baseUrl, apiKey } of credentialsOf(gateway.runtime())) {
    if (apiKey === '') continue;
    byProvider[provider] ??= {};
    byProvider[provider][`${baseUrl}|${apiKey}`] = {
      success: 0,
      failed: 0,
      recent_requests: slots(now),
    };
  }
  return byProvider;
}

/** Twenty slots of ten minutes, the oldest first. */
function slots(now: number): readonly Value[] {
  const last = Math.floor(now / SLOT_MS) * SLOT_MS;
  const clock = (at: number): string => new Date(at).toISOString().slice(11, 16);
  return Array.from({ length: SLOTS }, (_, index) => {
    const start = last - (SLOTS - 1 - index) * SLOT_MS;
    return { time: `${clock(start)}-${clock(start + SLOT_MS)}`, success: 0, failed: 0 };
  });
}

function usageQueue(count: string | undefined): StatusAnswer {
  const valid = count === undefined || count.trim() === '' || /^\s*\+?0*[1-9]\d*\s*$/.test(count);
  return valid ? ok([]) : refusal(400, 'count must be a positive integer');
}

/** There are never credential files. */
function fileNamed(name: string | undefined, missing: string): StatusAnswer {
  if (name === undefined || name.trim() === '' || /[/\\]/.test(name)) return refusal(400, 'invalid name');
  return name.toLowerCase().endsWith('.json')
    ? refusal(404, missing)
    : refusal(400, 'name must end with .json');
}

function fileFields({ body }: StatusCall): StatusAnswer {
  const read = readFirst(body);
  const members = isNode(read) ? membersOf(read, ['name']) : undefined;
  const name = decodeString(members?.get('name'));
  if (!members || !name.ok) return refusal(400, 'invalid request body');
  return (name.value ?? '').trim() === ''
    ? refusal(400, 'name is required')
    : refusal(404, 'auth file not found');
}

/** There is no network, so sending fails. */
function apiCall({ body }: StatusCall): StatusAnswer {
  const read = readFirst(body);
  const members = isNode(read) ? membersOf(read, ['method', 'url']) : undefined;
  const [method, url] = [decodeString(members?.get('method')), decodeString(members?.get('url'))];
  if (!members || !method.ok || !url.ok) return refusal(400, 'invalid body');
  if ((method.value ?? '').trim() === '') return refusal(400, 'missing method');
  if ((url.value ?? '').trim() === '') return refusal(400, 'missing url');
  return /^[a-z][a-z\d+.-]*:\/\/[^/]/i.test((url.value ?? '').trim())
    ? refusal(502, 'request failed')
    : refusal(400, 'invalid url');
}

function authFileModels({ query, gateway }: StatusCall): StatusAnswer {
  const name = query['name'] ?? '';
  if (name === '') return refusal(400, 'name is required');
  const credential = credentialsOf(gateway.runtime()).find(({ id }) => id === name);
  const models = credential ? modelsOfCredential(gateway.runtime(), credential) : [];
  return ok({
    models: models.map(({ id, owner, type, displayName }) => ({
      ...(displayName !== '' && { display_name: displayName }),
      id,
      ...(owner !== '' && { owned_by: owner }),
      ...(type !== '' && { type }),
    })),
  });
}

/**
 * Turns a configured key off or on with `*` among its excluded models; the reload is finished before the response.
 */
function toggle({ body, gateway }: StatusCall): StatusAnswer {
  const read = readFirst(body);
  const members = isNode(read) ? membersOf(read, ['name', 'disabled', 'auth_index']) : undefined;
  const name = decodeString(members?.get('name'));
  const disabled = decodeBoolean(members?.get('disabled'));
  if (!members || !name.ok || !disabled.ok) return refusal(400, 'invalid request body');
  if ((name.value ?? '').trim() === '') return refusal(400, 'name is required');
  if (disabled.value === undefined) return refusal(400, 'disabled is required');
  const id = (name.value ?? '').trim();
  if (!credentialsOf(gateway.runtime()).some((each) => each.id === id))
    return refusal(404, 'auth file not found');
  const changed = toggled(gateway.memory(), id, disabled.value);
  if (!changed) return refusal(404, 'config api key entry not found');
  const problem = gateway.fieldWrite(changed);
  if (problem) return refusal(500, `failed to save config: ${problem.message}`);
  gateway.reloadNow();
  return ok({
    disabled: disabled.value,
    excluded_pattern: '*',
    status: 'ok',
    via: 'config:excluded-models',
  });
}

function toggled(memory: Memory, id: string, disable: boolean): Memory | undefined {
  const credential = credentialsOf(memory).find((each) => each.id === id);
  if (!credential || credential.list === 'openai-compatibility') return undefined;
  const list = memory[credential.list];
  const entry = isList(list) ? list[credential.entry] : undefined;
  if (!isList(list) || !isTree(entry)) return undefined;
  const held = listOf(entry['excluded-models']).filter((rule) => rule !== '*');
  const { 'excluded-models': _before, ...rest } = entry;
  const rules = disable ? [...held, '*'] : held;
  const next = rules.length > 0 ? { ...rest, 'excluded-models': rules } : rest;
  return { ...memory, [credential.list]: list.with(credential.entry, next) };
}

function pluginList(memory: Memory): Tree {
  const plugins = treeOf(memory['plugins']);
  const configs = treeOf(plugins['configs']);
  return {
    plugins_enabled: plugins['enabled'] === true,
    plugins_dir: String(plugins['dir'] ?? 'plugins'),
    plugins: Object.keys(configs)
      .toSorted()
      .map((id) => pluginView(id, configs[id])),
  };
}

function pluginView(id: string, settings: Value | undefined): Tree {
  return {
    id,
    path: '',
    configured: true,
    registered: false,
    enabled: isTree(settings) && settings['enabled'] === true,
    effective_enabled: false,
    supports_oauth: false,
    oauth_provider: '',
    logo: '',
    config_fields: [],
    menus: [],
    metadata: null,
  };
}

function definitions(channel: string): StatusAnswer {
  const known = CHANNEL_MODELS[channel.trim().toLowerCase()];
  if (!known) return refusal(400, 'unknown channel', { channel });
  return ok({ channel: channel.trim().toLowerCase(), models: known.map((id) => ({ id, object: 'model' })) });
}

function resetQuota({ body, gateway }: StatusCall): StatusAnswer {
  const read = readFirst(body);
  const index = decodeString(isNode(read) ? membersOf(read, ['auth_index'])?.get('auth_index') : undefined);
  if (!isNode(read) || !index.ok) return refusal(400, 'invalid request body');
  if ((index.value ?? '').trim() === '') return refusal(400, 'auth_index is required');
  const known = [...gateway.authIndex().values()].includes(index.value ?? '');
  return known ? ok({ status: 'ok' }) : refusal(404, 'auth not found');
}
