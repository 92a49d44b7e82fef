// What the daemon says by itself: its stream of events, and whether it is heard. Lost streams are opened again, and then
// everything shown is requested again, because events may have been missed.
import { signal } from '@preact/signals';
import { terminalSafeIn } from '../../../lib/terminal-safe.ts';
import type { LiveEvent } from '../../../api-schema/views.ts';
import { API } from './api.ts';
import { now } from './clock.ts';

export type Link =
  | { readonly kind: 'connecting' }
  | { readonly kind: 'live' }
  /** `heardAt`: how old what is shown may be. */
  | { readonly kind: 'lost'; readonly heardAt: number };

export const link = signal<Link>({ kind: 'connecting' });

const KINDS: readonly LiveEvent['kind'][] = ['target', 'look', 'plan', 'history', 'source', 'settings'];

/** A stream that the server or a proxy closed for good is opened again after this; others the browser retries itself. */
const REOPEN_AFTER = 5000;

const listeners = new Set<(event: LiveEvent) => void>();
const reopeners = new Set<() => void>();

/** Ends with the function that it returns. */
export function listen(hear: (event: LiveEvent) => void, reopened: () => void): () => void {
  listeners.add(hear);
  reopeners.add(reopened);
  return () => {
    listeners.delete(hear);
    reopeners.delete(reopened);
  };
}

/** Follows the stream until the function that it returns is called. */
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
  source.addEventListener('error', lost);
  for (const kind of KINDS) source.addEventListener(kind, ({ data }) => tell(String(data)));
  return source;
}

function tell(data: string): void {
  const event = terminalSafeIn(JSON.parse(data)) as LiveEvent; // the daemon's word, as in api.ts
  for (const hear of listeners) hear(event);
}

function found(): void {
  const missed = link.peek().kind === 'lost';
  link.value = { kind: 'live' };
  if (missed) for (const reopened of reopeners) reopened();
}

function lost(): void {
  if (link.peek().kind !== 'lost') link.value = { kind: 'lost', heardAt: now.peek() };
}
