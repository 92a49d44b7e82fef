// Requests to the API of a forge: bounded, never redirected, repeated where that can do no harm. Refusals become
// problems with the forge's own words and the rights that are missing.
import { setTimeout as sleep } from 'node:timers/promises';
import type { Code } from '../domain/problem/codes.ts';
import { fail, type HoldfastError } from '../domain/problem/problem.ts';
import { openTransport, type Received, type Transport, TransportError } from '../gateway/client/transport.ts';
import { oneLine } from '../lib/terminal-safe.ts';

export interface RestOptions {
  readonly api: string;
  /** For people. */
  readonly name: string;
  /** The remedy where a token may not do something. */
  readonly rights?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  /** ms before the first repetition; twice that before the next. */
  readonly pauseMs?: number;
}

interface Expected {
  /** 404 and 410 are no failure. */
  readonly mayBeGone?: boolean;
  readonly alreadySo?: (status: number, answer: string) => boolean;
}

export interface Rest {
  /** Undefined where there is none. */
  get(path: string): Promise<unknown>;
  /** The answer, undefined where what was to be changed is gone. */
  send(
    method: 'POST' | 'PATCH' | 'PUT',
    path: string,
    body: object,
    expected?: Expected,
  ): Promise<object | undefined>;
  /** All pages. */
  list(path: string): Promise<readonly unknown[]>;
  close(): Promise<void>;
}

/** ms in which a forge has to answer. */
const TIMEOUT_MS = 30_000;
/** A page of a hundred comments of the largest size. */
const MAX_BYTES = 128 * 1024 * 1024;
const MOST_PAGES = 100;
const TRIES = 3;
const PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 60_000;

export function openRest(options: RestOptions): Rest {
  const root = rootOf(options);
  const transport = openTransport(undefined);
  const asked = persistent(options, root, transport);
  const place = (path: string): URL => new URL(`${root.href.replace(/\/$/, '')}${path}`);
  const refusal = (method: string, url: URL, received: Received): HoldfastError =>
    refused(options, `${method} ${url.pathname}`, received);

  return {
    async get(path) {
      const url = place(path);
      const received = await asked('GET', url);
      if (received.status === 404) return undefined;
      if (!isFine(received)) throw refusal('GET', url, received);
      return parsed(options.name, url, received);
    },
    async send(method, path, body, { mayBeGone = false, alreadySo = () => false } = {}) {
      const url = place(path);
      const received = await asked(method, url, body);
      if (isFine(received)) return answerIn(received);
      if (alreadySo(received.status, received.body)) return {};
      if (mayBeGone && (received.status === 404 || received.status === 410)) return undefined;
      throw refusal(method, url, received);
    },
    async list(path) {
      const found: unknown[] = [];
      let url: URL | undefined = place(path);
      for (let page = 1; url; page += 1) {
        if (page > MOST_PAGES)
          throw fail('HF8005', `${options.name} has more than ${MOST_PAGES} pages at ${url.pathname}`);
        const received = await asked('GET', url);
        if (!isFine(received)) throw refusal('GET', url, received);
        const items = parsed(options.name, url, received);
        if (!Array.isArray(items)) throw misunderstood(options.name, url, 'no list');
        found.push(...(items as unknown[])); // an array of whatever it is
        url = nextPage(received.headers['link'], url, root);
      }
      return found;
    },
    close: () => transport.close(),
  };
}

type Ask = (method: string, url: URL, body?: object) => Promise<Received>;

/** Asks again what failed and may work. */
function persistent(options: RestOptions, root: URL, transport: Transport): Ask {
  const unlessSent = (error: unknown, method: string): TransportError => {
    if (!(error instanceof TransportError)) throw error;
    // A new comment could be there although nobody said so.
    if (method === 'POST' && error.phase !== 'connecting') throw unreached(options.name, root, error);
    return error;
  };
  return async (method, url, body) => {
    for (let tries = 1; ; tries += 1) {
      const received = await askedOnce(options, transport, { method, url, body }).catch((error: unknown) =>
        unlessSent(error, method),
      );
      const isLast = tries >= TRIES;
      if (!(received instanceof TransportError) && (isLast || !mayWork(received, method))) return received;
      if (received instanceof TransportError && isLast) throw unreached(options.name, root, received);
      const pause = (options.pauseMs ?? PAUSE_MS) * 2 ** (tries - 1);
      await sleep(Math.min(Math.max(pause, askedPause(received)), LONGEST_PAUSE_MS), undefined, {
        ...(options.signal && { signal: options.signal }),
      });
    }
  };
}

function askedOnce(
  { headers }: RestOptions,
  transport: Transport,
  { method, url, body }: { readonly method: string; readonly url: URL; readonly body: object | undefined },
): Promise<Received> {
  return transport.exchange({
    url,
    method,
    headers: {
      ...headers,
      'user-agent': 'holdfast',
      ...(body && { 'content-type': 'application/json' }),
    },
    ...(body && { body: JSON.stringify(body) }),
    timeoutMs: TIMEOUT_MS,
    maxBytes: MAX_BYTES,
  });
}

function rootOf({ api, name }: RestOptions): URL {
  const url = URL.parse(api);
  if (!url || !/^https?:$/.test(url.protocol) || url.username + url.password !== '' || url.search !== '')
    throw fail('HF8005', `the address of the API of ${name} isn't a URL without user and query`);
  return new URL(url.href.replace(/\/+$/, ''));
}

const isFine = ({ status }: Received): boolean => status >= 200 && status < 300;

/** A request that was not taken, or one that can be repeated without harm. */
function mayWork({ status, headers }: Received, method: string): boolean {
  if (status === 429 || status === 503 || isLimited(status, headers)) return true;
  return method !== 'POST' && (status === 502 || status === 504);
}

/** GitHub answers 403 to a token that asks too often. */
const isLimited = (status: number, headers: Received['headers']): boolean =>
  status === 403 && headers['retry-after'] !== undefined;

/** ms that the forge asks for. */
function askedPause(received: Received | TransportError): number {
  if (received instanceof TransportError) return 0;
  const seconds = Number(received.headers['retry-after']);
  return Number.isFinite(seconds) ? seconds * 1000 : 0;
}

/** `<https://…?page=2>; rel="next"`. A page elsewhere would be sent the token. */
function nextPage(link: string | undefined, current: URL, root: URL): URL | undefined {
  const next = /<([^>]*)>;\s*rel="?next"?/.exec(link ?? '')?.[1];
  const url = next === undefined ? undefined : URL.parse(next, current.href);
  if (!url) return undefined;
  // Behind a proxy a forge may call itself by another name: only the query is taken.
  const page = new URL(current.href);
  page.search = url.search;
  return page.origin === root.origin && page.href !== current.href ? page : undefined;
}

/** Nothing where it isn't an object: who needs it checks its form. */
function answerIn({ body }: Received): object {
  try {
    const answer = JSON.parse(body) as unknown;
    return typeof answer === 'object' && answer !== null ? answer : {};
  } catch {
    return {};
  }
}

function parsed(name: string, url: URL, { body }: Received): unknown {
  try {
    return JSON.parse(body) as unknown;
  } catch {
    throw misunderstood(name, url, 'no JSON');
  }
}

function misunderstood(name: string, { pathname }: URL, what: string): HoldfastError {
  return fail('HF8005', `${name} answers GET ${pathname} with ${what}`);
}

function unreached(name: string, { origin }: URL, { message }: TransportError): HoldfastError {
  return fail('HF8006', `can't connect to ${name} at ${origin}: ${message}`);
}

const CODE_OF: Readonly<Record<number, Code>> = {
  401: 'HF8003',
  403: 'HF8003',
  404: 'HF8004',
  410: 'HF8004',
};

function refused({ name, rights }: RestOptions, request: string, { status, body }: Received): HoldfastError {
  const code = CODE_OF[status] ?? (status >= 500 || status === 429 ? 'HF8007' : 'HF8005');
  const said = wordsIn(body);
  const remedy = code === 'HF8003' ? rights : undefined;
  return fail(code, `${name} answers ${status} to ${request}${said === '' ? '' : `: ${said}`}`, { remedy });
}

/** `message` of the answer, or its beginning. */
function wordsIn(body: string): string {
  const said = /"(?:message|error)"\s*:\s*"((?:[^"\\]|\\.)*)"/.exec(body)?.[1] ?? body.trim();
  return oneLine(said).slice(0, 200);
}
