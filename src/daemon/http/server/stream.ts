// Those who listen to the events, each with a bounded buffer: who cannot keep up is dropped, never held in memory.
import { randomBytes } from 'node:crypto';
import { Readable } from 'node:stream';
import { fail } from '../../../domain/problem/problem.ts';
import type { LiveEvent } from '../../../api-schema/views.ts';

export interface Streams {
  /** Sends it to everybody. */
  publish(event: LiveEvent): void;
  /** Whether nobody listens. */
  isAlone(): boolean;
  /** Events happened that were not published: who comes back later is told to reload everything. */
  forget(): void;
  /**
   * One more listener; text of `text/event-stream`. `lastId` is the last event it has seen, `mayListen` is asked again
   * before anything is sent. Throws HF7045 when there are too many.
   */
  open(lastId: string | undefined, mayListen: () => boolean): Readable;
  /** Ends them all. */
  end(): void;
}

export interface StreamOptions {
  /** What leaves is passed through it. */
  readonly redact: <T>(value: T) => T;
  readonly listeners?: number;
  /** Bytes that may wait for one listener. */
  readonly waiting?: number;
  /** ms between two signs of life; proxies close what is silent. */
  readonly heartbeat?: number;
}

/** Events kept for those who come back within moments. */
const REMEMBERED = 256;
/** ms after which a browser comes back. */
const RETRY = 3000;

interface Listener {
  readonly stream: Readable;
  readonly mayListen: () => boolean;
}

export function createStreams(options: StreamOptions): Streams {
  const { redact, listeners: most = 64, waiting = 256 * 1024, heartbeat = 15_000 } = options;
  const life = randomBytes(4).toString('hex');
  const listeners = new Set<Listener>();
  const recent: { readonly id: string; readonly text: string }[] = [];
  let count = 0;
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
  /** What a listener has missed; everything where that is not known. */
  const missed = (lastId: string): string => {
    const at = recent.findIndex(({ id }) => id === lastId);
    if (at < 0) return lastId === `${life}-${count}` ? '' : textOf({ kind: 'settings' });
    const text = recent
      .slice(at + 1)
      .map((one) => one.text)
      .join('');
    // What has no place in the buffer would end the stream each time.
    return text.length > waiting / 2 ? textOf({ kind: 'settings' }) : text;
  };

  return {
    isAlone: () => listeners.size === 0,
    forget() {
      recent.length = 0;
      count += 1;
    },
    publish(event) {
      count += 1;
      const id = `${life}-${count}`;
      const text = textOf(redact(event), id);
      recent.push({ id, text });
      if (recent.length > REMEMBERED) recent.shift();
      sendAll(text);
    },
    open(lastId, mayListen) {
      if (listeners.size >= most) throw fail('HF7045', `${most} clients are already connected`);
      const stream = new Readable({ read() {}, highWaterMark: waiting, encoding: 'utf8' });
      const listener = { stream, mayListen };
      stream.on('close', () => leave(listener));
      stream.on('error', () => {});
      listeners.add(listener);
      timer ??= setInterval(() => sendAll(': alive\n\n'), heartbeat).unref();
      send(listener, `retry: ${RETRY}\nid: ${life}-${count}\n: hello\n\n`);
      if (lastId !== undefined) send(listener, missed(lastId));
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

function textOf(event: LiveEvent, id?: string): string {
  const head = id === undefined ? '' : `id: ${id}\n`;
  return `${head}event: ${event.kind}\ndata: ${JSON.stringify(event)}\n\n`;
}
