// Management requests to one gateway, strictly one at a time, each with limits on time and size. Decides nothing
// about configuration. Authentication failures are final (design §7).
import type { Sealed } from '../../domain/secret.ts';

/** The purpose of a request; metrics count requests by it. */
export type Purpose =
  | 'detect'
  | 'observe'
  | 'quiet'
  | 'baseline'
  | 'backup'
  | 'way-back'
  | 'write'
  | 'settle'
  | 'verify'
  | 'probe'
  | 'roll-back'
  | 'api'
  | 'doctor'
  | 'status';

export interface Request {
  readonly method: 'GET' | 'PUT' | 'PATCH' | 'DELETE' | 'POST';
  /** Below the target's URL, e.g. `/v0/management/config`, `/v1/models`, `/healthz`. */
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  readonly body?: Sealed<string>;
  readonly contentType?: string;
  readonly purpose: Purpose;
  /**
   * `management`: the target's key. `none`: no key, never below `/v0/management` (C v0 §1.3: that counts as a
   * failure). Or a client key of the proxy. Or exactly this management key, once, without trying others.
   */
  readonly credential:
    | 'management'
    | 'none'
    | { readonly clientKey: Sealed<string> }
    | { readonly managementKey: Sealed<string> };
  /**
   * Allows a GET that destroys the data it reads (`/usage-queue`, C v0 §7); without it, such a request is refused.
   */
  readonly destructive?: boolean;
  /** ms; the client's default if absent. */
  readonly timeoutMs?: number;
}

export interface Answer {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Sealed<string>;
  /** From sending to the last byte, ms. */
  readonly ms: number;
}

/**
 * One gateway as the engine sees it. `send` resolves for every HTTP response to an authenticated request (2xx, 4xx,
 * 5xx). It rejects with a HoldfastError for: unreachable, timeout, broken connection, body over the limit, TLS
 * failure, and every authentication failure (wrong key, missing key, banned, remote disabled, management disabled,
 * Home mode). Reads are retried with backoff on connection errors and 5xx, writes never.
 */
export interface Client {
  readonly target: string;
  send(request: Request): Promise<Answer>;
  /**
   * Tries the target's key of this index first from now on: a rotation knows which secret is in effect in each of
   * its phases (design-v8 rule 14). Ignores an index out of range.
   */
  preferKey(index: number): void;
  /** Requests sent so far by purpose. */
  counts(): Readonly<Record<string, number>>;
  close(): Promise<void>;
}
