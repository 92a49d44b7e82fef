// Who can use the Management API (C v0 §1): availability, where the key is read, the order of decisions, failures
// and bans by client address. Knows no endpoint.
import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { timingSafeEqual } from 'node:crypto';
import { formatGoDuration } from '../../lib/go-duration.ts';
import { isTree, type Value } from '../../lib/value.ts';
import type { Memory } from '../../gateway/model/model.ts';
import { fits } from '../gateway/secrets.ts';

const STRIKES = 5;
const BAN_MS = 30 * 60_000;

export interface AuthOptions {
  /** `MANAGEMENT_PASSWORD`, trimmed; `''` for none. */
  readonly envSecret: string;
  readonly localPassword: string;
  readonly now: () => number;
}

export interface Refusal {
  readonly status: 401 | 403;
  readonly error: string;
}

export interface Auth {
  /** Whether management responds at all; it follows the last reload, not memory (C v0 §1.5). */
  available(runtime: Memory): boolean;
  /** Undefined: allowed. Counts and clears failures. */
  refuses(
    memory: Memory,
    headers: IncomingHttpHeaders,
    peer: string,
    cost: () => Promise<void>,
  ): Promise<Refusal | undefined>;
  /** Bans an address as five failures would. */
  ban(address: string): void;
}

interface Attempts {
  readonly count: number;
  readonly bannedUntil: number;
}

const management = (memory: Memory, name: string): Value | undefined => {
  const section = memory['remote-management'];
  return isTree(section) ? section[name] : undefined;
};

export const secretIn = (memory: Memory): string => String(management(memory, 'secret-key') ?? '');

export function authOf({ envSecret, localPassword, now }: AuthOptions): Auth {
  const attempts = new Map<string, Attempts>();

  const strike = (address: string): void => {
    const count = (attempts.get(address)?.count ?? 0) + 1;
    attempts.set(
      address,
      count >= STRIKES ? { count: 0, bannedUntil: now() + BAN_MS } : { count, bannedUntil: 0 },
    );
  };
  const banLeft = (address: string): number => (attempts.get(address)?.bannedUntil ?? 0) - now();

  /** Rows 4 to 8 of §1.3: whether the key is accepted. */
  const opens = async (
    memory: Memory,
    key: string,
    local: boolean,
    cost: () => Promise<void>,
  ): Promise<boolean> => {
    if (local && localPassword !== '' && same(key, localPassword)) return true;
    if (envSecret !== '' && same(key, envSecret)) return true;
    const secret = secretIn(memory);
    if (secret === '') return false;
    await cost();
    return fits(key, secret);
  };

  return {
    available: (runtime) => envSecret !== '' || secretIn(runtime) !== '',
    ban: (address) => attempts.set(address, { count: 0, bannedUntil: now() + BAN_MS }),
    refuses: async (memory, headers, peer, cost) => {
      const address = clientAddress(headers, peer);
      const left = banLeft(address);
      if (left > 0)
        return {
          status: 403,
          error: `IP banned due to too many failed attempts. Try again in ${formatGoDuration(Math.round(left / 1000) * 1e9)}`,
        };
      const local = address === '127.0.0.1' || address === '::1';
      const remoteAllowed = envSecret !== '' || management(memory, 'allow-remote') === true;
      if (!local && !remoteAllowed) return { status: 403, error: 'remote management disabled' };
      if (secretIn(memory) === '' && envSecret === '')
        return { status: 403, error: 'remote management key not set' };
      const key = keyIn(headers);
      if (key !== '' && (await opens(memory, key, local, cost))) {
        attempts.delete(address);
        return undefined;
      }
      strike(address);
      return { status: 401, error: key === '' ? 'missing management key' : 'invalid management key' };
    },
  };
}

/** `Authorization` takes precedence over `X-Management-Key` if it isn't empty; nothing is trimmed (C v0 §1.2). */
function keyIn(headers: IncomingHttpHeaders): string {
  const authorization = headers.authorization ?? '';
  const space = authorization.indexOf(' ');
  const bearer = space >= 0 && authorization.slice(0, space).toLowerCase() === 'bearer';
  const key = bearer ? authorization.slice(space + 1) : authorization;
  return key === '' ? single(headers['x-management-key']) : key;
}

const single = (value: string | string[] | undefined): string =>
  (Array.isArray(value) ? value[0] : value) ?? '';

/** Every proxy is trusted: the left-most forwarded address, if the whole list consists of addresses (C v0 §1.4). */
export function clientAddress(headers: IncomingHttpHeaders, peer: string): string {
  for (const name of ['x-forwarded-for', 'x-real-ip']) {
    const list = single(headers[name])
      .split(',')
      .map((item) => item.trim());
    const first = list[0];
    if (first !== undefined && list.every((item) => isIP(item) > 0)) return first;
  }
  return peer.replace(/^::ffff:(?=\d+\.)/, '');
}

function same(a: string, b: string): boolean {
  const [left, right] = [Buffer.from(a), Buffer.from(b)];
  return left.length === right.length && timingSafeEqual(left, right);
}
