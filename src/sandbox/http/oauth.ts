// The OAuth routes of a gateway without logins in progress (C v0 §1.3, §7): the callbacks of providers, and the
// states of logins.
import type { Value } from '../../lib/value.ts';
import { decodeString, membersOf } from '../../gateway/v7/decode.ts';
import { isNode, readFirst } from '../../gateway/v7/json-text.ts';

export interface OAuthAnswer {
  readonly status: number;
  readonly body: Value;
}

const CALLBACKS = /^\/(?:anthropic|codex|antigravity)\/callback$/;

/** The page that a browser shows after a login, whatever the parameters. Undefined: not such a path. */
export const callbackPage = (method: string, path: string): string | undefined =>
  method === 'GET' && CALLBACKS.test(path) ? PAGE : undefined;

export const isCallbackPage = (path: string): boolean => CALLBACKS.test(path);

const PAGE = `<html><head><meta charset="utf-8"><title>Authentication successful</title><script>setTimeout(function(){window.close();},5000);</script></head><body><h1>Authentication successful!</h1><p>You can close this window.</p><p>This window will close automatically in 5 seconds.</p></body></html>`;

const refusal = (status: number, error: string): OAuthAnswer => ({
  status,
  body: { error, status: 'error' },
});

type Params = Readonly<Record<string, string>>;
const FIELDS = ['provider', 'redirect_url', 'code', 'state', 'error'];

/** `/oauth-callback`, which requires no key. */
export function oauthCallback(method: string, query: Params, body: string): OAuthAnswer {
  const given = method === 'GET' ? query : sentIn(body);
  return given ? judged(given) : refusal(400, 'invalid body');
}

function sentIn(body: string): Params | undefined {
  const read = readFirst(body);
  const members = isNode(read) ? membersOf(read, FIELDS) : undefined;
  if (!members) return undefined;
  const sent: Record<string, string> = {};
  for (const field of FIELDS) {
    const text = decodeString(members.get(field));
    if (!text.ok) return undefined;
    sent[field] = text.value ?? '';
  }
  return sent;
}

function judged(given: Params): OAuthAnswer {
  const brought = broughtBy((given['redirect_url'] ?? '').trim());
  if (!brought) return refusal(400, 'invalid redirect_url');
  const of = (name: string): string => (given[name] ?? '').trim() || (brought.get(name) ?? '').trim();
  const state = of('state');
  if (state === '') return refusal(400, 'state is required');
  if (!isState(state)) return refusal(400, 'invalid state');
  if (of('code') === '' && of('error') === '' && of('error_description') === '')
    return refusal(400, 'code or error is required');
  return refusal(404, 'unknown or expired state');
}

function broughtBy(url: string): URLSearchParams | undefined {
  if (url.startsWith(':')) return undefined;
  return new URLSearchParams(url.split('#')[0]?.split('?').slice(1).join('?'));
}

const LONGEST_STATE = 128;

const isState = (state: string): boolean =>
  state.length <= LONGEST_STATE && /^[\w.-]+$/.test(state) && !state.includes('..');

export function loginStatus({ state = '' }: Params): OAuthAnswer {
  if (state.trim() === '') return { status: 200, body: { status: 'ok' } };
  if (!isState(state.trim())) return refusal(400, 'invalid state');
  return { status: 200, body: { error: 'unknown or expired state', status: 'error' } };
}

export function cancelLogin({ state = '' }: Params): OAuthAnswer {
  if (state.trim() === '') return refusal(400, 'missing state');
  if (!isState(state.trim())) return refusal(400, 'invalid state');
  return { status: 200, body: { cancelled: false, status: 'ok' } };
}
