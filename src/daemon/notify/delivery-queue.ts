// The queue of one channel: collects messages for a while, sends them one after the other, and retries while the
// receiver is down. All sizes are bounded; nobody waits for it.
import type { Clock } from '../../domain/clock.ts';
import { digestOf, type QueuedNotice, NOBODY, totalOf, withNotice } from './queued-notice.ts';
import type { Message } from './channels/message.ts';
import type { Delivery } from './channels/delivery.ts';

/** The result of a message; `undelivered`: the receiver was down for all attempts. */
export type Ending = 'delivered' | 'refused' | 'undelivered';

export interface DeliveryQueueOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  /** 0 to 1: the jitter of retries. */
  readonly random: () => number;
  /** How long notices are collected, in ms. */
  readonly gatherMs: number;
  /** More than this number of waiting notices become one message. */
  readonly singly: number;
  /** Never rejects. */
  readonly send: (message: Message) => Promise<Delivery>;
  /** Called after each attempt. */
  readonly tried: (delivery: Delivery) => void;
  /** Called after the last one, with the notices of the message. */
  readonly ended: (notices: readonly QueuedNotice[], ending: Ending) => void;
}

export interface DeliveryQueue {
  add(notice: QueuedNotice): void;
  /**
   * Sends waiting messages immediately, each once. Resolves when that is done, or when `signal` aborts, with the
   * number of notices that weren't delivered.
   */
  close(signal: AbortSignal): Promise<number>;
}

const TRIES = 10;
const LONGEST_MS = 30 * 60_000;
const FIRST_RETRY_MS = 2000;
const LONGEST_RETRY_MS = 5 * 60_000;

export function createDeliveryQueue(options: DeliveryQueueOptions): DeliveryQueue {
  const { clock, newId, random, gatherMs, singly, send, tried, ended } = options;
  const closing = new AbortController();
  const end = new AbortController();
  let waiting = NOBODY;
  let underway = 0;
  let working: Promise<void> | undefined;

  const pause = (ms: number): Promise<void> => clock.sleep(ms, closing.signal).catch(() => undefined);

  const deliver = async (message: Message): Promise<Ending> => {
    const until = clock.now() + LONGEST_MS;
    for (let tries = 1; !end.signal.aborted; tries += 1) {
      const delivery = await send(message);
      tried(delivery);
      if (delivery.kind !== 'failed') return delivery.kind;
      const ms = delivery.retryAfterMs ?? backoff(tries, random());
      if (tries >= TRIES || clock.now() + ms > until || closing.signal.aborted) break;
      await pause(ms);
    }
    return 'undelivered';
  };

  const finish = (notices: readonly QueuedNotice[], count: number, ending: Ending): void => {
    if (ending !== 'undelivered' || !closing.signal.aborted) underway -= count;
    ended(notices, ending);
  };

  const work = async (): Promise<void> => {
    while (totalOf(waiting) > 0) {
      await pause(gatherMs);
      const batch = waiting;
      waiting = NOBODY;
      if (totalOf(batch) > singly) {
        const digest = digestOf(batch, newId(), clock.now());
        const ending = await deliver({ kind: 'digest', digest });
        finish([...batch.counted, ...batch.notices], totalOf(batch), ending);
        continue;
      }
      for (const notice of batch.notices)
        finish([notice], 1, await deliver({ kind: 'notice', notice: notice.notice }));
    }
    working = undefined;
  };

  return {
    add(notice) {
      waiting = withNotice(waiting, notice);
      underway += 1;
      working ??= work();
    },
    async close(signal) {
      closing.abort();
      await Promise.race([working, aborted(signal)]);
      end.abort();
      return underway;
    },
  };
}

/** Doubles each time, plus or minus a quarter. */
function backoff(tries: number, random: number): number {
  const ms = Math.min(FIRST_RETRY_MS * 2 ** (tries - 1), LONGEST_RETRY_MS);
  return Math.round(ms * (0.75 + random / 2));
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
