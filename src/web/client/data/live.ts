// The daemon's stream of events, delivered once per frame, and whether it is connected. Reopens a lost stream, and then reloads everything
// that is shown, because events may have been missed.
import { batch, signal } from '@preact/signals';
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

const KINDS: readonly LiveEvent['kind'][] = [
  'target',
  'look',
  'plan',
  'history',
  'source',
  'rollout',
  'settings',
];

/**
 * Reopens a stream after this time if the server or a proxy closed it permanently; the browser retries others
 * itself.
 */
const REOPEN_AFTER = 5000;

type Hear = (events: readonly LiveEvent[]) => void;

const listeners = new Set<Hear>();
const reopeners = new Set<() => void>();

/** `hear` gets the events of one frame at once, oldest first. Ends when the returned function is called. */
export function listen(hear: Hear, reopened: () => void): () => void {
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

/** Events since the last frame: of those that replace each other, only the newest. */
const waiting = new Map<string, LiveEvent>();

/** ms between two deliveries to a page that nobody sees, which has no frames. */
const UNSEEN_FRAME = 500;

function tell(data: string): void {
  const event = JSON.parse(data) as LiveEvent; // guaranteed by the daemon, as in api.ts
  if (waiting.size === 0) {
    if (document.hidden) setTimeout(deliver, UNSEEN_FRAME);
    else requestAnimationFrame(deliver);
  }
  const key = keyOf(event);
  waiting.delete(key); // its place is that of the newest
  waiting.set(key, event);
}

function keyOf(event: LiveEvent): string {
  if (!('target' in event)) return event.kind;
  const name = event.kind === 'target' ? event.target.name : event.target;
  return [event.kind, name, ...(event.kind === 'look' ? [event.look.at, event.look.trigger] : [])].join(' ');
}

function deliver(): void {
  const events = [...waiting.values()].map((event) => terminalSafeIn(event));
  waiting.clear();
  batch(() => {
    for (const hear of listeners) hear(events);
  });
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
