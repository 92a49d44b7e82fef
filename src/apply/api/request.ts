// A request of `holdfast api`, and where it goes: below one of the two roots of the Management API.
import { V8_BASE } from '../../gateway/v8/endpoints.ts';
import { fail } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';

export interface ApiRequest {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'POST';
  /** `config`, `api-keys?value=x`, `/v0/management/config` or `/v8/management/config/routing`. */
  readonly path: string;
  /** The body to send, unchanged. */
  readonly body?: Sealed<string>;
  /** Allows a GET that destroys the data it reads. */
  readonly destructive?: boolean;
  /** Keep secrets in the response. */
  readonly reveal?: boolean;
}

export interface Address {
  /** Below the server root, encoded as it was given. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** For a path in the v8 tree, its names; empty: the whole tree. */
  readonly tree?: readonly string[];
}

export const V0_BASE = '/v0/management/';

const TREE = `${V8_BASE}/config`;

/** Throws HF5053 for a text that leads outside the two roots. A path without a root is relative to the v0 root. */
export function addressOf(given: string): Address {
  const [text = '', search = ''] = given.replace(/^\/+/, '').split('?', 2);
  const query = Object.fromEntries(new URLSearchParams(search));
  const below = text.startsWith('v0/management/') ? text.slice('v0/management/'.length) : text;
  const isV8 = `/${text}`.startsWith(`${V8_BASE}/`);
  if (below === '' || below.includes('..') || (!isV8 && /^(v\d|https?:)/.test(below)))
    throw fail('HF5053', `"${given}" isn't a path below ${V0_BASE} or ${V8_BASE}/`);
  if (!isV8) return { path: `${V0_BASE}${below}`, query };
  const path = `/${text.replace(/\/+$/, '')}`;
  const isTree = path === TREE || path.startsWith(`${TREE}/`);
  return { path, query, ...(isTree && { tree: namesIn(path.slice(TREE.length), given) }) };
}

function namesIn(rest: string, given: string): readonly string[] {
  try {
    return rest.split('/').filter(Boolean).map(decodeURIComponent);
  } catch (error) {
    throw fail('HF5053', `"${given}" isn't a valid encoded URL`, {}, { cause: error });
  }
}
