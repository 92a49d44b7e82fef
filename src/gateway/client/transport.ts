// One HTTP exchange with undici: limited in time and size, never redirected, never repeated. Knows nothing of
// management, keys or configuration; reports in which phase an exchange failed.
import type { Target } from '../../domain/target.ts';
import { openAgent, type Send } from './undici.ts';

/** How far an exchange got before it failed. A request that was never `sent` has changed nothing. */
export type Phase = 'connecting' | 'sent' | 'answering';

/** `unsendable`: no request can be made from the input, whatever the other side is. */
export type TransportFault = 'timeout' | 'too-large' | 'aborted' | 'broken' | 'unsendable';

/** An exchange without a complete response. `code` is from Node, OpenSSL or undici, if there is one. */
export class TransportError extends Error {
  readonly phase: Phase;
  readonly fault: TransportFault;
  readonly code: string | undefined;

  constructor(phase: Phase, fault: TransportFault, code: string | undefined, options?: ErrorOptions) {
    super(`${fault} while ${phase}${code === undefined ? '' : ` (${code})`}`, options);
    this.name = 'TransportError';
    this.phase = phase;
    this.fault = fault;
    this.code = code;
  }
}

export interface Exchange {
  readonly url: URL;
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  /** ms from sending to the last byte. */
  readonly timeoutMs: number;
  readonly maxBytes: number;
  /** Called when the connection is open, right before the first byte. What it throws ends the exchange. */
  readonly beforeFirstByte?: () => void;
}

export interface Received {
  readonly status: number;
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly ms: number;
}

export interface Transport {
  exchange(exchange: Exchange): Promise<Received>;
  close(): Promise<void>;
}

const CONNECT_MS = 5000;
/** Shorter than any proxy keeps an idle connection. */
const KEEP_ALIVE_MS = 2000;

/**
 * Reads share a connection. Each write has its own (`pipelining: 0`): on a busy machine, or after a laptop slept, the
 * gateway may be closing an idle connection, and it would be unknown whether it took a write that was sent over it.
 *
 * Proxies from the environment aren't used: a management key goes only to the gateway's own address.
 */
export function openTransport(tls: Target['tls']): Transport {
  const options = {
    connections: 1,
    connect: {
      timeout: CONNECT_MS,
      ...(tls?.ca !== undefined && { ca: tls.ca }),
      ...(tls?.insecure === true && { rejectUnauthorized: false }),
    },
  };
  const reads = openAgent({
    ...options,
    pipelining: 1,
    keepAliveTimeout: KEEP_ALIVE_MS,
    keepAliveMaxTimeout: KEEP_ALIVE_MS,
  });
  const writes = openAgent({ ...options, pipelining: 0 });
  return {
    exchange: (exchange) => exchangeWith((exchange.method === 'GET' ? reads : writes).send, exchange),
    close: async () => {
      for (const { agent } of [reads, writes]) if (!agent.destroyed) await agent.destroy();
    },
  };
}

async function exchangeWith(send: Send, exchange: Exchange): Promise<Received> {
  const { url, method, headers, body, timeoutMs, maxBytes } = exchange;
  const started = performance.now();
  const limit = new AbortController();
  const timer = setTimeout(() => limit.abort(), timeoutMs);
  let phase: Phase = 'sent';
  let refused: { readonly why: unknown } | undefined;
  try {
    const response = await send(
      {
        origin: url.origin,
        path: `${url.pathname}${url.search}`,
        method: method as 'GET',
        headers,
        ...(body !== undefined && { body }),
        signal: limit.signal,
        headersTimeout: 0,
        bodyTimeout: 0,
      },
      () => {
        refused = refusalOf(exchange);
        if (refused) throw refused.why;
      },
    );
    phase = 'answering';
    const text = await readBounded(response.body, maxBytes);
    return {
      status: response.statusCode,
      headers: flat(response.headers),
      body: text,
      ms: performance.now() - started,
    };
  } catch (cause) {
    if (refused) throw refused.why;
    throw transportError(cause, phase, limit.signal.aborted);
  } finally {
    clearTimeout(timer);
  }
}

function refusalOf({ beforeFirstByte }: Exchange): { readonly why: unknown } | undefined {
  try {
    beforeFirstByte?.();
    return undefined;
  } catch (why) {
    return { why };
  }
}

async function readBounded(body: AsyncIterable<Uint8Array>, maxBytes: number): Promise<string> {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  for await (const chunk of body) {
    bytes += chunk.byteLength;
    if (bytes > maxBytes) throw new TransportError('answering', 'too-large', undefined);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

function flat(headers: Readonly<Record<string, string | string[] | undefined>>): Record<string, string> {
  const single: Record<string, string> = {};
  for (const [name, value] of Object.entries(headers))
    if (value !== undefined) single[name.toLowerCase()] = Array.isArray(value) ? value.join(', ') : value;
  return single;
}

function transportError(cause: unknown, phase: Phase, timedOut: boolean): TransportError {
  if (cause instanceof TransportError) return cause;
  const code = codeOf(cause);
  if (isOurs(cause, code)) return new TransportError('connecting', 'unsendable', code, { cause });
  if (timedOut) return new TransportError(phase, 'timeout', code, { cause });
  if (code !== undefined && neverSent(code))
    return new TransportError('connecting', code === 'UND_ERR_CONNECT_TIMEOUT' ? 'timeout' : 'broken', code, {
      cause,
    });
  return new TransportError(phase, 'broken', code, { cause });
}

function codeOf(error: unknown): string | undefined {
  const { code, name } = error as { code?: unknown; name?: unknown };
  if (typeof code === 'string') return code;
  return name === 'HTTPParserError' ? 'HPE_INVALID' : undefined;
}

/** Refused by our own client before anything was sent. */
function isOurs(cause: unknown, code: string | undefined): boolean {
  return (
    /^(?:UND_ERR_(?:INVALID_ARG|NOT_SUPPORTED)|ERR_INVALID_)/.test(code ?? '') || cause instanceof TypeError
  );
}

const CONNECTING = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Failures of name lookup, connection and TLS handshake happen before the first byte of a request. */
function neverSent(code: string): boolean {
  return CONNECTING.has(code) || isTlsCode(code);
}

/** OpenSSL's codes for certificates have no common prefix. */
export function isTlsCode(code: string): boolean {
  return (
    /^ERR_(TLS|SSL)_|^CERT_|_CERT(_|$)|^EPROTO$|^UNABLE_TO_|^HOSTNAME_MISMATCH$|^INVALID_(CA|PURPOSE)$/.test(
      code,
    ) || code === 'DEPTH_ZERO_SELF_SIGNED_CERT'
  );
}
