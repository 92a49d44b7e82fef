// The daemon's stream of events, and whether it is connected. Reopens a lost stream, and then reloads everything
// that is shown, because events may have been missed.
import { signal } from '@preact/signals';
import { terminalSafeIn } from '../../../lib/terminal-safe.ts';
import type { LiveEvent, Session } from '../../../api-schema/views.ts';
import { API, get } from './api.ts';
import { now } from './clock.ts';

export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `heardAt`: how old the shown data can be. */
  | { readonly kind: 'lost'; readonly heardAt: number };

export const link = signal<Link>({ kind: 'connecting' });

const KINDS: readonly LiveEvent['kind'][] = ['target', 'look', 'plan', 'history', 'source', 'settings'];

/**
 * Reopens a stream after this time if the server or a proxy closed it permanently; the browser retries others
 * itself.
 */
const REOPEN_AFTER = 5000;

const listeners = new Set<(event: LiveEvent) => void>();
const reopeners = new Set<() => void>();

/** Ends when the returned function is called. */
export function listen(hear: (event: LiveEvent) => void, reopened: () => void): () => void {
  listeners.add(hear);
  reopeners.add(reopened);
  return () => {
    listeners.delete(hear);
    reopeners.delete(reopened);
  };
}

/** Follows the stream until the returned function is called. */
export function follow(): () => void {
  let source = open();
  const timer = setInterval(() => {
    if (source.readyState === EventSource.CLOSED) source = open();
  }, REOPEN_AFTER);
  return () => {
    clearInterval(timer);
    source.close();
    link.value = { kind: 'connecting' };
  };
}

function open(): EventSource {
  const source = new EventSource(`${API}/events`);
  source.addEventListener('open', found);
  source.addEventListener('error', () => lost(source));
  for (const kind of KINDS) source.addEventListener(kind, ({ data }) => tell(String(data)));
  return source;
}

function tell(data: string): void {
  const event = terminalSafeIn(JSON.parse(data)) as LiveEvent; // guaranteed by the daemon, as in api.ts
  for (const hear of listeners) hear(event);
}

function found(): void {
  const missed = link.peek().kind === 'lost';
  link.value = { kind: 'live' };
  if (missed) for (const reopened of reopeners) reopened();
}

/**
 * A stream doesn't tell the page why it was refused. The session may have ended: the daemon restarted, or the user
 * logged out in another tab. Then this request is refused too, and the login is shown.
 */
function lost({ readyState }: EventSource): void {
  if (link.peek().kind !== 'lost') link.value = { kind: 'lost', heardAt: now.peek() };
  if (readyState === EventSource.CLOSED) void get<Session>('session');
}
