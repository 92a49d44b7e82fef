// Sends management requests: one at a time per gateway, with limits. Repeats reads if that can help; an
// authentication failure is final. Decides nothing about configuration.
import type { Clock } from '../../domain/clock.ts';
import type { AuthMemory } from '../../domain/state/memory.ts';
import { CODES } from '../../domain/problem/codes.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../domain/secret.ts';
import type { Target } from '../../domain/target.ts';
import { buildOf } from './build.ts';
import type { Answer, Client, Purpose, Request } from './client.ts';
import { failureOf, type Place } from './failures.ts';
import { headerBytes, keyring, type Keyring } from './keys.ts';
import { queued } from './request-queue.ts';
import { refusalOf, type Refusal } from './refusals.ts';
import { openTransport, type Received, type Transport, TransportError } from './transport.ts';

export interface ClientOptions {
  readonly clock: Clock;
  /** Without it, failures are remembered only as long as the client exists. */
  readonly authMemory?: AuthMemory;
  /** ms from sending to the last byte, if a request has no own value. 20 s. */
  readonly timeoutMs?: number;
  /** Largest response that is read, in bytes. 64 MiB. */
  readonly maxBytes?: number;
  /** ms before each repetition of a read. */
  readonly backoffMs?: readonly number[];
  /** The lease under which requests are sent: a request that would outlive it is refused with HF6002. */
  readonly lease?: { remainingMs(): number };
  /** How requests travel. Over HTTP, as the target's settings say. */
  readonly transport?: Transport;
}

const TIMEOUT_MS = 20_000;
const MAX_BYTES = 64 * 1024 * 1024;
const BACKOFF_MS: readonly number[] = [250, 1000];

/** Everything one client needs for one request. */
interface Setup {
  readonly base: URL;
  readonly place: Place;
  readonly ring: Keyring;
  readonly transport: Transport;
  readonly options: ClientOptions;
  readonly count: (purpose: Purpose) => void;
}

export function createClient(target: Target, options: ClientOptions): Client {
  const counts: Partial<Record<Purpose, number>> = {};
  const address = `${target.url.origin}${target.url.pathname.replace(/\/+$/, '')}`;
  const ring = keyring(target.name, target.keys, options.clock, options.authMemory);
  const setup: Setup = {
    base: new URL(`${address}/`),
    place: { target: target.name, address, secure: target.url.protocol === 'https:' },
    ring,
    transport: options.transport ?? openTransport(target.tls),
    options,
    count: (purpose) => {
      counts[purpose] = (counts[purpose] ?? 0) + 1;
    },
  };
  return {
    target: target.name,
    send: (request) => queued(target.url.host, () => send(setup, request)),
    preferKey: (index) => ring.prefer(index),
    counts: () => ({ ...counts }),
    close: () => setup.transport.close(),
  };
}

async function send(setup: Setup, request: Request): Promise<Answer> {
  refuseUnsafe(request, setup.place);
  const { credential } = request;
  if (credential === 'none') return exchange(setup, request, {});
  if (credential === 'management') return sendWithKeys(setup, request);
  if ('clientKey' in credential) return exchange(setup, request, bearer(credential.clientKey));
  await setup.ring.order();
  return sendWithKey(setup, request, credential.managementKey);
}

/** Tries the keys in the ring's order until one is accepted or the ring stops. */
async function sendWithKeys(setup: Setup, request: Request): Promise<Answer> {
  const { ring } = setup;
  const order = await ring.order();
  for (const [at, index] of order.entries()) {
    const answer = await exchange(setup, request, bearer(ring.key(index)));
    const refusal = judged(request, answer, setup.place);
    if (refusal === undefined) {
      await ring.worked(index);
      return answer;
    }
    if (!(await ring.refused(refusal, order.length - at - 1))) throw refusal.error;
  }
  throw fail('HF3008', `the target ${setup.place.target} has no management key`, {
    target: setup.place.target,
  });
}

async function sendWithKey(setup: Setup, request: Request, key: Sealed<string>): Promise<Answer> {
  const answer = await exchange(setup, request, bearer(key));
  const refusal = judged(request, answer, setup.place);
  if (refusal === undefined) return answer;
  await setup.ring.refused(refusal, 0, [key]);
  throw refusal.error;
}

const bearer = (key: Sealed<string>): Record<string, string> => ({
  authorization: `Bearer ${headerBytes(key.open())}`,
});

/** Only the management API identifies itself; below `/v8`, a v7 gateway responds without its headers (C v8 §1.4). */
function judged(request: Request, answer: Answer, place: Place): Refusal | undefined {
  if (!isManagement(request) && !(isTreeApi(request) && buildOf(answer.headers))) return undefined;
  return refusalOf({ ...answer, body: answer.body.open() }, place);
}

const isManagement = (request: Request): boolean => /^\/v0\/management(\/|$)/.test(plainPath(request));

/** Logins there count like those of the v0 API (C v8 §1.1). */
const isTreeApi = (request: Request): boolean => /^\/v8\/management(\/|$)/.test(plainPath(request));

const DESTROYING = new Set(['/v0/management/usage-queue']);

function refuseUnsafe(request: Request, { target }: Place): void {
  const plain = plainPath(request);
  if (request.method === 'GET' && DESTROYING.has(plain) && request.destructive !== true)
    throw fail('HF3021', `GET ${plain} removes the records it returns`, { target });
  if (request.credential === 'none' && (isManagement(request) || isTreeApi(request)))
    throw fail('HF9001', `${plain} needs a key; a request without one counts as a failed login`, {
      target,
    });
}

/** The path as the gateway's router will interpret it, whatever its spelling. */
function plainPath({ path }: Request): string {
  const { pathname } = new URL(path.replace(/^\/+/, '/'), 'http://gateway');
  try {
    return decodeURIComponent(pathname).replace(/\/+/g, '/').replace(/\/$/, '');
  } catch {
    return pathname;
  }
}

/** The exchange, repeated if that is harmless and can help: a read that broke, failed or came back empty. */
async function exchange(
  setup: Setup,
  request: Request,
  authorization: Record<string, string>,
): Promise<Answer> {
  const pauses = request.method === 'GET' ? (setup.options.backoffMs ?? BACKOFF_MS) : [];
  for (const pause of pauses) {
    const answer = await attempt(setup, request, authorization).catch(forAnotherTry);
    if (answer !== undefined && !worthRepeating(request, answer)) return sealed(answer);
    await setup.options.clock.sleep(pause);
  }
  const last = await attempt(setup, request, authorization);
  doubtProxy(setup, request, last);
  return sealed(last);
}

/** One exchange. Rejects with a HoldfastError; its cause is the TransportError. */
async function attempt(
  setup: Setup,
  request: Request,
  authorization: Record<string, string>,
): Promise<Received> {
  const { place, options } = setup;
  const timeoutMs = request.timeoutMs ?? options.timeoutMs ?? TIMEOUT_MS;
  outlived(setup, timeoutMs);
  setup.count(request.purpose);
  const started = performance.now();
  try {
    return await setup.transport.exchange({
      url: urlOf(setup.base, request),
      method: request.method,
      headers: { ...headersOf(request), ...authorization },
      ...(request.body && { body: request.body.open() }),
      timeoutMs,
      maxBytes: options.maxBytes ?? MAX_BYTES,
      // The process may have slept while it connected, and another one may have the lock now.
      beforeFirstByte: () => outlived(setup, Math.max(0, timeoutMs - (performance.now() - started))),
    });
  } catch (error) {
    if (error instanceof TransportError) throw failureOf(error, place, request.method !== 'GET');
    throw error;
  }
}

function outlived({ options, place }: Setup, timeoutMs: number): void {
  const remaining = options.lease?.remainingMs();
  if (remaining !== undefined && remaining <= timeoutMs)
    throw fail(
      'HF6002',
      `the lock on ${place.target} doesn't last long enough for another request; nothing more was sent`,
      { target: place.target },
    );
}

function urlOf(base: URL, { path, query }: Request): URL {
  const url = new URL(path.replace(/^\/+/, ''), base);
  for (const [name, value] of Object.entries(query ?? {})) url.searchParams.append(name, value);
  return url;
}

function headersOf({ body, contentType }: Request): Record<string, string> {
  return {
    accept: '*/*',
    'user-agent': 'holdfast',
    ...(body && { 'content-type': contentType ?? 'application/json' }),
  };
}

/** Undefined: the read is worth another try. Nothing that a second try would find the same is repeated. */
function forAnotherTry(error: unknown): undefined {
  const problems = error instanceof HoldfastError ? error.problems : [];
  if (problems.some(({ code }) => CODES[code].retry === 'at-once')) return undefined;
  throw error;
}

/** A 200 with an empty body is a file that was read during a write (C v0 §10.4). */
function worthRepeating(request: Request, { status, body }: Received): boolean {
  return status >= 500 || (status === 200 && body === '' && isManagement(request));
}

/** 502 to 504 from a proxy: a write behind it may have happened. */
function doubtProxy({ place }: Setup, request: Request, answer: Received): void {
  if (request.method === 'GET' || !isManagement(request)) return;
  if (refusalOf(answer, place)?.proxy)
    throw fail('HF3015', `a proxy at ${place.address} responded with ${answer.status} to a write`, {
      target: place.target,
    });
}

function sealed({ status, headers, body, ms }: Received): Answer {
  return { status, headers, body: seal(body), ms };
}
