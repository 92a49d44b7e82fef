// Receivers with scripted responses, a clock that a test moves by hand, and channels in a line.
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { NotifyOptions } from '../../../src/daemon/notify/notify.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { seal } from '../../../src/domain/secret.ts';
import type { NotifiedByChannel } from '../../../src/domain/state/state.ts';
import type { Channel, Receiver } from '../../../src/settings/settings.ts';

const open: (() => Promise<void>)[] = [];

/** For afterEach. */
export async function closeAll(): Promise<void> {
  for (const close of open.splice(0)) await close();
}

export interface Got {
  readonly url: string;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: string;
}

export interface Answer {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
  /** The connection stays open without a response. */
  readonly silent?: true;
}

export interface HttpReceiver {
  readonly url: string;
  readonly got: Got[];
  /** Answers from now on; the last one for all that follow. */
  answers: Answer[];
  readonly server: Server;
}

export async function httpReceiver(...answers: Answer[]): Promise<HttpReceiver> {
  const got: Got[] = [];
  const server = createServer((request, response) => {
    const parts: Buffer[] = [];
    request.on('data', (part: Buffer) => parts.push(part));
    request.on('end', () => {
      got.push({
        url: request.url ?? '',
        headers: request.headers,
        body: Buffer.concat(parts).toString('utf8'),
      });
      const { status = 200, headers = {}, body = 'ok', silent } = here.answers[0] ?? {};
      if (here.answers.length > 1) here.answers.shift();
      if (!silent) response.writeHead(status, headers).end(body);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  open.push(async () => {
    server.closeAllConnections();
    server.close();
    await once(server, 'close');
  });
  const { port } = server.address() as AddressInfo; // it listens on a port
  const here: HttpReceiver = { url: `http://127.0.0.1:${port}/hook`, got, answers, server };
  return here;
}

/** Nobody listens there. A port that was just closed can belong to another test a moment later. */
export const DEAD_PORT = 1;
export const DEAD_URL = `http://127.0.0.1:${DEAD_PORT}/hook`;

export interface HandClock extends Clock {
  /** Moves time on, and wakes who waited for it. */
  pass(ms: number): void;
  /** ms that are still waited for, shortest first. */
  waits(): number[];
}

export const NOON = Date.UTC(2026, 10, 28, 12);

export function handClock(): HandClock {
  let now = NOON;
  let waiting: { readonly until: number; readonly wake: () => void }[] = [];
  return {
    now: () => now,
    sleep: (ms, signal) =>
      new Promise((resolve, reject) => {
        const wait = { until: now + ms, wake: resolve };
        const leave = (): void => {
          waiting = waiting.filter((other) => other !== wait);
          reject(new Error('aborted'));
        };
        if (signal?.aborted) return leave();
        signal?.addEventListener('abort', leave);
        waiting.push(wait);
      }),
    pass(ms) {
      now += ms;
      const due = waiting.filter(({ until }) => until <= now);
      waiting = waiting.filter(({ until }) => until > now);
      for (const { wake } of due) wake();
    },
    waits: () => waiting.map(({ until }) => until - now).toSorted((a, b) => a - b),
  };
}

export function channel(receiver: Receiver, parts: Partial<Channel> = {}): Channel {
  const identity = seal(JSON.stringify([receiver.kind, parts]));
  return { name: 'ops', receiver, severity: 'info', identity, ...parts };
}

export const webhook = (url: string, secret?: string): Receiver => ({
  kind: 'webhook',
  url: seal(new URL(url)),
  ...(secret !== undefined && { secret: seal(secret) }),
});

/** The dependencies of the service: a memory that outlives it, targets by name, and its reports. */
export function ground(names: readonly string[] = ['home'], clock: HandClock = handClock()) {
  let told: NotifiedByChannel = {};
  const notes: string[] = [];
  const failures: unknown[] = [];
  const results: string[] = [];
  let ids = 0;
  const operations = {
    targets: () => names.map((name) => ({ name })),
    store: () => ({
      notified: async () => told,
      saveNotified: async (now: NotifiedByChannel) => void (told = now),
    }),
  } as unknown as NotifyOptions['operations']; // two methods of each are all that is used
  const options: NotifyOptions = {
    operations,
    clock,
    reporter: { note: (_level, text) => notes.push(text), failed: (error) => failures.push(error) },
    newId: () => `msg_${(ids += 1)}`,
    random: () => 0.5,
    onResult: (name, result) => results.push(`${name} ${result}`),
  };
  return { options, clock, notes, failures, results, told: () => told };
}
