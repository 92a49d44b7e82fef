// When within the interval of the schedule each target is checked, so that many targets don't begin at the same moment.
// It depends on the name alone: a restart changes nothing, and other replicas compute the same time. Pure.
import { createHash } from 'node:crypto';

/** What one process needs for a check without hurry: 1,000 targets a minute. */
const EACH_MS = 60;
/** The last one still has time to end before the next tick. */
const SHARE = 0.9;

/** ms after the tick. A few targets are checked at once, as nobody needs to wait for them. */
export function offsetOf(target: string, targets: number, everyMs: number): number {
  if (targets < FEW) return 0;
  const window = Math.min(targets * EACH_MS, everyMs * SHARE);
  return Math.floor(window * shareOf(target));
}

const FEW = 10;

/** From 0 to below 1, evenly over names. */
const shareOf = (target: string): number =>
  createHash('sha256').update(target).digest().readUInt32BE(0) / 2 ** 32;
