// With replicas: up to which report each channel was told. The replica that sends notifications continues there if another
// one stopped or died. Pure bookkeeping.
import { createHash } from 'node:crypto';

export interface Positions {
  /** The reports after this one are to be read. */
  readAfter(): number;
  /** From now on, notices are about this report. */
  begin(n: number): void;
  /** Whether the channel wasn't told of the current report. */
  isFor(channel: string): boolean;
  /** The last notice of the current report was queued for the channel; returns the number of the report. */
  queued(channel: string): number;
  /** It was delivered, or won't be: everything before it too. */
  ended(channel: string, n: number): void;
  /** The ID of a notice about the current report: the same from each replica. */
  idOf(channel: string, i: number): string;
  /** For the Store. */
  of(channels: readonly string[]): Readonly<Record<string, number>>;
}

export function createPositions(saved: Readonly<Record<string, number>>): Positions {
  const done = new Map(Object.entries(saved));
  const waiting = new Map<string, Set<number>>();
  // A new channel is told what no other one was told.
  const first = done.size === 0 ? 0 : Math.min(...done.values());
  let current = first;
  const doneOf = (channel: string): number => done.get(channel) ?? first;
  const positionOf = (channel: string): number => {
    const [oldest] = [...(waiting.get(channel) ?? [])].toSorted((a, b) => a - b);
    return oldest === undefined ? Math.max(current, doneOf(channel)) : oldest - 1;
  };
  return {
    readAfter: () => current,
    begin: (n) => (current = n),
    isFor: (channel) => current > doneOf(channel),
    queued(channel) {
      waiting.set(channel, (waiting.get(channel) ?? new Set()).add(current));
      return current;
    },
    ended(channel, n) {
      const left = [...(waiting.get(channel) ?? [])].filter((one) => one > n);
      waiting.set(channel, new Set(left));
    },
    idOf(channel, i) {
      const hash = createHash('sha256')
        .update(JSON.stringify([current, channel, i]))
        .digest('hex');
      return `msg_${hash.slice(0, 24)}`;
    },
    of: (channels) => Object.fromEntries(channels.map((channel) => [channel, positionOf(channel)])),
  };
}
