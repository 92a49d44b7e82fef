// Whether the old value of a rotation can go: its time is over, or the gateway's counters show that nobody uses it. Pure.
import { requestCount, type Requests } from '../../domain/requests.ts';
import type { Rotation, Sighting } from '../../domain/state/rotation.ts';

/** Requests since the gateway started, and in the last slots of ten minutes. */
export interface Count extends Requests {
  readonly recent: number;
}

export interface Counters {
  readonly old: Count;
  /** Undefined: the gateway doesn't list the new value among its credentials. */
  readonly new: Count | undefined;
  /** Of all credentials. */
  readonly all: number;
}

export type Wait =
  | { readonly kind: 'ready'; readonly why: 'grace' | 'unused' }
  /** Until then at least, if nobody uses the old value. */
  | {
      readonly kind: 'waiting';
      readonly until: number;
      readonly why: 'grace' | 'used' | 'restarted' | 'unlisted';
    }
  /** Requests with the new value fail, and none succeeded. */
  | { readonly kind: 'failing'; readonly failed: number };

/** ms without a request until the old value counts as unused. */
export const QUIET = 30 * 60_000;

const NONE: Count = { succeeded: 0, failed: 0, recent: 0 };

/** `counters`: undefined where the gateway has none for such a key. `seen` is what to remember for the next look. */
export function judgeWait(
  { grace, since = 0, seen }: Pick<Rotation, 'grace' | 'since' | 'seen'>,
  counters: Counters | undefined,
  now: number,
): { readonly wait: Wait; readonly seen?: Sighting } {
  const next = counters && sighted(seen, counters, now);
  const { failed, succeeded } = counters?.new ?? NONE;
  if (failed > 0 && succeeded === 0) return withSeen({ kind: 'failing', failed }, next);
  if (counters && !counters.new)
    return withSeen({ kind: 'waiting', until: now + LOOK_AGAIN, why: 'unlisted' }, next);
  if (grace !== undefined) {
    const until = since + grace;
    return withSeen(
      until <= now ? { kind: 'ready', why: 'grace' } : { kind: 'waiting', until, why: 'grace' },
      next,
    );
  }
  if (!next) return { wait: { kind: 'waiting', until: Infinity, why: 'used' } };
  const until = next.unusedSince + QUIET;
  if (until <= now && counters.old.recent === 0) return withSeen({ kind: 'ready', why: 'unused' }, next);
  const why = seen && hasRestarted(seen, counters) ? 'restarted' : 'used';
  return withSeen({ kind: 'waiting', until: Math.max(until, now + LOOK_AGAIN), why }, next);
}

/** ms */
const LOOK_AGAIN = 60_000;

const withSeen = (wait: Wait, seen: Sighting | undefined): ReturnType<typeof judgeWait> => ({
  wait,
  ...(seen && { seen }),
});

/** A counter that was reset hides what happened before, so that the time begins again. */
function sighted(before: Sighting | undefined, counters: Counters, now: number): Sighting {
  const old = requestCount(counters.old);
  const isUnused = before && !hasRestarted(before, counters) && before.old === old;
  return {
    at: now,
    unusedSince: isUnused ? before.unusedSince : now,
    old,
    new: requestCount(counters.new ?? NONE),
    all: counters.all,
  };
}

const hasRestarted = (before: Sighting, counters: Counters): boolean =>
  requestCount(counters.old) < before.old ||
  requestCount(counters.new ?? NONE) < before.new ||
  counters.all < before.all;
