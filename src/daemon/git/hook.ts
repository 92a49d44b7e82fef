// The webhook of the git source: who sent it, whether it was received before, and whether it is about the followed
// ref. It only triggers a fetch: what was pushed is never taken from it.
import { createHash, createHmac, timingSafeEqual } from 'node:crypto';
import type { GitRef, GitSettings } from '../../settings/daemon-source.ts';

/** Names in lower case, as in node:http. */
export type HookHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

export interface HookAnswer {
  /** 202: fetching from the remote now. 200: understood, and nothing to do. */
  readonly status: 200 | 202 | 400 | 401 | 404;
  readonly body: { readonly message: string };
}

/** The receiver of a webhook; the git source is one. */
export interface Hooked {
  /** Undefined if no repository is followed. */
  settings(): Pick<GitSettings, 'ref' | 'webhook'> | undefined;
  /** Fetches now. Any number of calls cause at most one running fetch and one that waits. */
  poke(): void;
}

/** Maximum bytes of a body. A push of thousands of commits can be larger; the next fetch finds it. */
export const HOOK_BODY_BYTES = 5 * 1024 * 1024;

/**
 * Handles `POST /hooks/git`; created once, because it remembers deliveries. `body` is the raw body, which is what is
 * signed. Never throws, and never waits.
 */
export function hookOf(
  source: Hooked,
  now: () => number = Date.now,
): (headers: HookHeaders, body: Buffer) => HookAnswer {
  const isNew = createMemory(now);
  return (headers, body) => {
    const followed = source.settings();
    if (!followed?.webhook) return answer(404, 'no webhook is configured: `daemon.source.git.webhook`');
    const proof = proofOf(headers, body, followed.webhook.secret.open(), now());
    if (!proof) return answer(401, 'the signature is missing, wrong or too old');
    const push = pushOf(headers, body);
    if (push === undefined) return answer(400, "the body isn't JSON");
    if (!isNew(proof)) return answer(200, 'this delivery was already received');
    if (push === 'other') return answer(200, 'only push events are processed');
    if (!concerns(push.ref, followed.ref)) return answer(200, 'another branch or tag is followed');
    source.poke();
    return answer(202, 'Holdfast is reading the repository');
  };
}

function answer(status: HookAnswer['status'], message: string): HookAnswer {
  return { status, body: { message } };
}

/**
 * ms by which a timestamp can differ, and for which deliveries are remembered at least, unless there are too many.
 */
const CLOCK_SKEW_MS = 5 * 60_000;
const REMEMBERED_MS = 60 * 60_000;
const REMEMBERED = 10_000;

/** True the first time for each of the names; a request with a known name is a replay. */
function createMemory(now: () => number): (names: readonly string[]) => boolean {
  const seen = new Map<string, number>();
  return (names) => {
    const at = now();
    for (const [name, since] of seen) {
      if (at - since < REMEMBERED_MS && seen.size <= REMEMBERED) break; // the oldest come first
      seen.delete(name);
    }
    const isNew = names.every((name) => !seen.has(name));
    if (isNew) for (const name of names) seen.set(name, at);
    return isNew;
  };
}

/**
 * Names of this delivery, when one of the signatures that the forges send is right. Where the id of a delivery is not
 * under the signature, the signature itself is a name: whoever repeats a request cannot make it look new.
 *
 * GitHub: `X-Hub-Signature-256`. Gitea, Forgejo: `X-Gitea-Signature`. GitLab: `X-Gitlab-Token`, or with a signing token
 * the headers of Standard Webhooks.
 */
function proofOf(
  headers: HookHeaders,
  body: Buffer,
  secret: string,
  now: number,
): readonly string[] | undefined {
  const header = (name: string): string => text(headers[name]);
  const hex = createHmac('sha256', secret).update(body).digest('hex');
  const signed = [header('x-hub-signature-256').replace(/^sha256=/, ''), header('x-gitea-signature')];
  if (signed.some((given) => isSame(given, hex)))
    return [`signature ${hex}`, ...named('id', header('x-github-delivery') || header('x-gitea-delivery'))];
  if (isStandard(headers, body, secret, now)) return named('id', header('webhook-id'));
  if (!isSame(header('x-gitlab-token'), secret)) return undefined;
  const id = header('x-gitlab-event-uuid') || header('webhook-id') || header('idempotency-key');
  return named('id', id);
}

function named(kind: string, id: string): string[] {
  return id === '' ? [] : [`${kind} ${id.slice(0, 200)}`];
}

/**
 * Standard Webhooks: `v1,` and the HMAC of ID, time and body in base64; several of them during a rotation of the
 * secret.
 */
function isStandard(headers: HookHeaders, body: Buffer, secret: string, now: number): boolean {
  const [id, at] = [text(headers['webhook-id']), text(headers['webhook-timestamp'])];
  if (id === '' || !/^\d{1,12}$/.test(at) || Math.abs(now - Number(at) * 1000) > CLOCK_SKEW_MS) return false;
  const key = secret.startsWith('whsec_') ? Buffer.from(secret.slice('whsec_'.length), 'base64') : secret;
  const right = createHmac('sha256', key).update(`${id}.${at}.`).update(body).digest('base64');
  return text(headers['webhook-signature'])
    .split(' ', 8)
    .some((one) => isSame(one, `v1,${right}`));
}

/** In constant time, so that the time doesn't reveal how much was right, or the length. */
function isSame(given: string, right: string): boolean {
  const digest = (one: string): Buffer => createHash('sha256').update(one).digest();
  return timingSafeEqual(digest(given), digest(right)) && given !== '';
}

function text(header: string | readonly string[] | undefined): string {
  return typeof header === 'string' ? header : (header?.[0] ?? '');
}

const PUSHES = new Set(['push', 'Push Hook', 'Tag Push Hook', 'System Hook']);

/** The pushed ref, `other` for another event, undefined for a body that can't be parsed. */
function pushOf(headers: HookHeaders, body: Buffer): { readonly ref: string } | 'other' | undefined {
  const event = ['x-gitea-event', 'x-github-event', 'x-gitlab-event'].map((name) => text(headers[name]));
  if (!event.some((name) => PUSHES.has(name))) return 'other';
  const isForm = text(headers['content-type']).startsWith('application/x-www-form-urlencoded');
  const json = isForm
    ? (new URLSearchParams(body.toString('utf8')).get('payload') ?? '')
    : body.toString('utf8');
  try {
    const { ref } = JSON.parse(json) as { readonly ref?: unknown };
    return typeof ref === 'string' ? { ref } : 'other';
  } catch {
    return undefined;
  }
}

/** Any push can contain the commit that is waited for. */
function concerns(pushed: string, { kind, name }: GitRef): boolean {
  if (kind === 'commit') return true;
  return pushed === `refs/${kind === 'branch' ? 'heads' : 'tags'}/${name}`;
}
