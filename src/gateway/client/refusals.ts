// What a response says about the caller instead of the configuration: wrong key, banned, disabled, not a gateway (C
// v0 §1.3, §1.5, §1.6). An endpoint's own 4xx and 5xx aren't refusals.
import { fail, type HoldfastError } from '../../domain/problem/problem.ts';
import { parseGoDuration } from '../../lib/go-duration.ts';
import { buildOf } from './build.ts';
import type { Place } from './failures.ts';
import type { Received } from './transport.ts';

/** `counted`: the gateway counted it as one of five failures. `banned`: for how long nothing can succeed. */
export interface Refusal {
  readonly error: HoldfastError;
  readonly counted: boolean;
  /** Remaining ms of the ban. */
  readonly bannedMs?: number;
  /** The gateway may not have received the request: a write is then unknown, a read can be repeated. */
  readonly proxy?: boolean;
}

/** The refusal in a response to a request that had a management key, below `/v0/management`; otherwise undefined. */
export function refusalOf(answer: Received, place: Place): Refusal | undefined {
  return buildOf(answer.headers) === undefined ? strangerOf(answer, place) : gateOf(answer, place);
}

function gateOf({ status, body }: Received, place: Place): Refusal | undefined {
  if (status !== 401 && status !== 403) return undefined;
  const reason = errorText(body);
  const target = place.target;
  if (status === 401 && reason.startsWith('missing'))
    return {
      error: fail('HF3008', `the key didn't reach ${place.address}`, {
        target,
        remedy: 'Check whether a proxy in between removes the Authorization header.',
      }),
      counted: true,
    };
  if (status === 401)
    return {
      error: fail('HF3007', `${place.address} refused the management key`, { target }),
      counted: true,
    };
  if (reason.startsWith('IP banned')) return bannedRefusal(reason, place);
  if (reason === 'remote management disabled')
    return {
      error: fail('HF3010', `${place.address} accepts management requests only from its own machine`, {
        target,
      }),
      counted: false,
    };
  if (reason === 'remote management key not set')
    return { error: fail('HF3012', `${place.address} has no management key`, { target }), counted: false };
  return undefined;
}

const DEFAULT_BAN_MS = 30 * 60_000;
/**
 * A limit on what a response claims: the gateway's bans last half an hour, and no response may block us permanently.
 */
const LONGEST_BAN_MS = 24 * 3_600_000;

function bannedRefusal(reason: string, place: Place): Refusal {
  const shown = /Try again in (\S+)/.exec(reason)?.[1] ?? '';
  const claimed = banLength(shown);
  const bannedMs = Math.min(claimed ?? DEFAULT_BAN_MS, LONGEST_BAN_MS);
  const left = claimed === undefined ? 'half an hour' : claimed > LONGEST_BAN_MS ? 'day or more' : shown;
  const message = `${place.address} has banned this address for another ${left}`;
  return { error: fail('HF3009', message, { target: place.target }), counted: false, bannedMs };
}

/** ms; undefined if the text contains none. */
function banLength(text: string): number | undefined {
  const ns = parseGoDuration(text);
  return ns === undefined || ns < 0 ? undefined : ns / 1e6;
}

function strangerOf(answer: Received, place: Place): Refusal | undefined {
  const { status, body } = answer;
  const { target, address } = place;
  const ofGateway = isGatewayServer(answer);
  if (ofGateway && status === 404 && body === '')
    return { error: fail('HF3011', `management is turned off at ${address}`, { target }), counted: false };
  if (ofGateway && status < 400) return undefined;
  if (status >= 502 && status <= 504)
    return {
      error: fail('HF3024', `a proxy at ${address} answers ${status}`, { target }),
      counted: false,
      proxy: true,
    };
  if (body.includes('HTTP request to an HTTPS server'))
    return {
      error: fail('HF3005', `${address} only accepts TLS`, { target, remedy: 'Use https in the URL.' }),
      counted: false,
    };
  return {
    error: fail('HF3006', `the server at ${address} isn't a gateway: ${looks(answer)}`, { target }),
    counted: false,
  };
}

/** The cross-origin headers that the gateway adds to every response, the empty 404 included (C v0 §1.6). */
export function isGatewayServer({ headers }: Pick<Received, 'headers'>): boolean {
  return headers['access-control-expose-headers']?.includes('X-CPA-VERSION') ?? false;
}

/** The form of a response, without its content. */
function looks({ status, headers, body }: Received): string {
  const kind = headers['content-type']?.split(';')[0] ?? (body === '' ? 'an empty body' : 'no content type');
  const server = headers['server'] === undefined ? '' : `, server ${headers['server'].slice(0, 40)}`;
  return `status ${status}, ${kind}${server}, none of its X-CPA headers`;
}

function errorText(body: string): string {
  try {
    const { error } = JSON.parse(body) as { error?: unknown };
    return typeof error === 'string' ? error : '';
  } catch {
    return '';
  }
}
