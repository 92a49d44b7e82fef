// Listeners of the events, each with a bounded buffer: a listener that can't keep up is disconnected, so that it
// uses no more memory.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { fail } from '../../../domain/problem/problem.ts';
import type { LiveEvent } from '../../../api-schema/views.ts';

export interface Streams {
  /** Sends it to all listeners. */
  publish(event: LiveEvent): void;
  /** Whether nobody listens. */
  isAlone(): boolean;
  /** Some events weren't published: a client that reconnects must reload everything. */
  forget(): void;
  /**
   * Adds a listener of `text/event-stream`. `lastId` is the last event it received; `mayListen` is checked again
   * before anything is sent. Throws HF7045 if there are too many.
   */
  open(lastId: string | undefined, mayListen: () => boolean): Readable;
  /** Disconnects all listeners. */
  end(): void;
}

export interface StreamOptions {
  /** Applied to everything that is sent. */
  readonly redact: <T>(value: T) => T;
  readonly listeners?: number;
  /** Maximum bytes that wait for one listener. */
  readonly waiting?: number;
  /** ms between two keep-alives; proxies close idle connections. */
  readonly heartbeat?: number;
}

/** Events kept for clients that reconnect soon. */
const REMEMBERED = 256;
/** ms after which a browser reconnects. */
const RETRY = 3000;

interface Listener {
  readonly stream: Readable;
  readonly mayListen: () => boolean;
}

export function createStreams(options: StreamOptions): Streams {
  const { redact, listeners: most = 64, waiting = 256 * 1024, heartbeat = 15_000 } = options;
  const recent = recentEvents(waiting);
  const listeners = new Set<Listener>();
  let timer: NodeJS.Timeout | undefined;

  const leave = (listener: Listener): void => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
  const send = (listener: Listener, text: string): void => {
    const { stream, mayListen } = listener;
    if (!mayListen()) stream.push(null);
    else if (stream.readableLength + text.length > waiting) stream.destroy();
    else {
      stream.push(text);
      return;
    }
    leave(listener);
  };
  const sendAll = (text: string): void => {
    for (const listener of listeners) send(listener, text);
  };

  return {
    isAlone: () => listeners.size === 0,
    forget: () => recent.forget(),
    publish: (event) => sendAll(recent.add(redact(event))),
    open(lastId, mayListen) {
      if (listeners.size >= most) throw fail('HF7045', `${most} clients are already connected`);
      const stream = new Readable({ read() {}, highWaterMark: waiting, encoding: 'utf8' });
      const listener = { stream, mayListen };
      stream.on('close', () => leave(listener));
      stream.on('error', () => {});
      listeners.add(listener);
      timer ??= setInterval(() => sendAll(': alive\n\n'), heartbeat).unref();
      send(listener, `retry: ${RETRY}\nid: ${recent.lastId()}\n: hello\n\n`);
      if (lastId !== undefined) send(listener, recent.after(lastId));
      return stream;
    },
    end() {
      for (const { stream } of listeners) stream.push(null);
      listeners.clear();
      clearInterval(timer);
      timer = undefined;
    },
  };
}

interface RecentEvents {
  /** Numbers an event; returns it as it is sent. */
  add(event: LiveEvent): string;
  lastId(): string;
  /** What a listener has missed since; everything if that isn't known. */
  after(lastId: string): string;
  forget(): void;
}

function recentEvents(waiting: number): RecentEvents {
  const life = randomBytes(4).toString('hex');
  const recent: { readonly id: string; readonly text: string }[] = [];
  let count = 0;
  const lastId = (): string => `${life}-${count}`;
  return {
    lastId,
    add(event) {
      count += 1;
      const text = textOf(event, lastId());
      recent.push({ id: lastId(), text });
      if (recent.length > REMEMBERED) recent.shift();
      return text;
    },
    after(last) {
      const at = recent.findIndex(({ id }) => id === last);
      if (at < 0) return last === lastId() ? '' : textOf({ kind: 'settings' });
      const text = recent.slice(at + 1).map((one) => one.text);
      // An event that doesn't fit into the buffer would end the stream each time.
      return text.join('').length > waiting / 2 ? textOf({ kind: 'settings' }) : text.join('');
    },
    forget() {
      recent.length = 0;
      count += 1;
    },
  };
}

function textOf(event: LiveEvent, id?: string): string {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return `${head}event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
