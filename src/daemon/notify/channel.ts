// One channel while the daemon runs: its queue, its sender, and whether its receiver is known to be down. A failure
// is reported once when it begins and once when it is over.
import type { Clock } from '../../domain/clock.ts';
import { plural } from '../../lib/text.ts';
import { type Channel, isForge } from '../../settings/settings.ts';
import type { Reporter } from '../core/reporter.ts';
import type { QueuedNotice } from './queued-notice.ts';
import { createDeliveryQueue, type Ending } from './delivery-queue.ts';
import type { Delivery, OpenSender } from './channels/delivery.ts';

export interface ActiveChannelOptions {
  readonly clock: Clock;
  readonly newId: () => string;
  readonly random: () => number;
  readonly open: OpenSender;
  /** Redacts secrets. */
  readonly clean: <T>(value: T) => T;
  readonly reporter: Pick<Reporter, 'note'>;
  /** Called after each attempt, e.g. to count it. */
  readonly onResult?: (channel: string, result: Delivery['kind']) => void;
  readonly ended: (channel: string, notices: readonly QueuedNotice[], ending: Ending) => void;
}

export interface ActiveChannel {
  readonly channel: Channel;
  add(notice: QueuedNotice): void;
  /** Waits a few seconds for the queue; returns how many messages weren't delivered. */
  close(): Promise<void>;
}

/** How long to wait for more messages before sending, in ms: messages close together become one. */
const GATHER_MS = 5000;
/** Up to this number are sent separately. */
const SINGLY = 3;
const CLOSING_MS = 5000;

/** Messages that come together are one; a commit status is each one's own, and nobody reads it as it comes. */
function gatheringOf({ receiver, digestMs }: Channel): { gatherMs: number; singly: number } {
  if (isForge(receiver.kind)) return { gatherMs: 0, singly: Infinity };
  return { gatherMs: digestMs ?? GATHER_MS, singly: digestMs === undefined ? SINGLY : 1 };
}

export function openChannel(channel: Channel, options: ActiveChannelOptions): ActiveChannel {
  const { clock, newId, random, clean, reporter, onResult, ended } = options;
  const { name } = channel;
  const sender = options.open(channel.receiver);
  let isDown = false;
  const tried = ({ kind, answer }: Delivery): void => {
    onResult?.(name, kind);
    const failed = kind !== 'delivered';
    if (failed === isDown) return;
    isDown = failed;
    if (isDown) reporter.note('warn', `notifications to "${name}" aren't delivered: ${answer}`);
    else reporter.note('info', `notifications to "${name}" are delivered again`);
  };
  const deliveryQueue = createDeliveryQueue({
    clock,
    newId,
    random,
    ...gatheringOf(channel),
    send: async (message) => clean(await sender.send(message, clock.now())),
    tried,
    ended: (notices, ending) => ended(name, notices, ending),
  });
  return {
    channel,
    add: deliveryQueue.add,
    async close() {
      const enough = new AbortController();
      const over = new AbortController();
      void clock.sleep(CLOSING_MS, over.signal).then(
        () => enough.abort(),
        () => undefined,
      );
      const left = await deliveryQueue.close(enough.signal);
      over.abort();
      await sender.close();
      if (left > 0)
        reporter.note(
          'warn',
          `${plural(left, 'notification')} to "${name}" weren't delivered before the daemon stopped`,
        );
    },
  };
}
