// Whether the share of failed requests rose clearly while a wave soaked. Pure.
import { failedShare, requestCount, type Requests } from '../domain/requests.ts';
import type { ErrorRates, RolloutTarget } from '../domain/state/rollout.ts';

/** Fewer requests during the soak prove nothing. */
export const FEWEST_REQUESTS = 20;
/** Of all requests: by how much the share rises at least. */
const CLEAR_RISE = 0.05;
/** And how many times the earlier share it is at least. */
const CLEAR_FACTOR = 2;

/** Of binary fractions: 0.06 - 0.01 is less than 0.05. */
const ROUNDING = 1e-9;

const NONE: Requests = { succeeded: 0, failed: 0 };

/** Of the targets that were written and whose counters could be read. */
export function ratesOf(targets: readonly RolloutTarget[]): ErrorRates {
  const counted = targets.flatMap(({ requests }) =>
    requests?.written && requests.last
      ? [{ before: requests.recent, during: since(requests.written, requests.last) }]
      : [],
  );
  return {
    before: counted.reduce((sum, { before }) => plus(sum, before), NONE),
    during: counted.reduce((sum, { during }) => plus(sum, during), NONE),
  };
}

/** At least 20 requests, 5 percentage points more than before, and twice the share of before. */
export function isClearRise({ before, during }: ErrorRates): boolean {
  if (requestCount(during) < FEWEST_REQUESTS) return false;
  const [earlier, now] = [failedShare(before), failedShare(during)];
  return now - earlier >= CLEAR_RISE - ROUNDING && now >= earlier * CLEAR_FACTOR - ROUNDING;
}

const plus = (a: Requests, b: Requests): Requests => ({
  succeeded: a.succeeded + b.succeeded,
  failed: a.failed + b.failed,
});

/** Counters that fell belong to a gateway that started again: they count from zero. */
function since(from: Requests, to: Requests): Requests {
  const restarted = to.succeeded < from.succeeded || to.failed < from.failed;
  return restarted ? to : { succeeded: to.succeeded - from.succeeded, failed: to.failed - from.failed };
}
