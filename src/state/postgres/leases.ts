// Exclusive use of one target across machines. Each holder gets a larger number than the one before, and writes to
// the state only while that number is the current one: a process that slept past its lease can't write any more.
import { performance } from 'node:perf_hooks';
import type { Clock } from '../../domain/clock.ts';
import { fail } from '../../domain/problem/problem.ts';
import { type Holder, holderNow, holderText, inUse, isDead, SOMEBODY } from '../holder.ts';
import type { Lease, Store } from '../store.ts';
import type { Database, Query } from './database.ts';

export interface Leases {
  lock: Store['lock'];
  holder(target: string): Promise<string | undefined>;
  /**
   * Runs `work` while no other process writes the row of the target, which is created if it is missing. Rejects with
   * HF6002 if this process had the lock and another one has taken it over.
   */
  onTarget<T>(target: string, work: (query: Query, row: TargetRow) => Promise<T>): Promise<T>;
}

/** `state` and `journal` are JSON. */
export interface TargetRow extends Readonly<Record<string, unknown>> {
  readonly state: string;
  readonly journal: string | null;
  /** A bigint, as text. */
  readonly fence: string;
}

interface HeldRow extends TargetRow {
  readonly holder: string | null;
  /** How long a lease that was never released has been over, ms; negative while it lasts, null without a holder. */
  readonly overMs: number | null;
  /** By the clock of the database, which is the only one that counts. */
  readonly isHeld: boolean;
}

const POLL_MS = 200;

export interface LeaseOptions {
  readonly leaseMs: number;
  /**
   * The longest time that a request of an earlier holder can still be worked on by its gateway, ms. Whoever takes over
   * a lease that was not released, with a transaction open, waits that long before its own first request.
   */
  readonly requestMs: number;
  readonly clock: Pick<Clock, 'sleep'>;
}

export function leasesIn(database: Database, { leaseMs, requestMs, clock }: LeaseOptions): Leases {
  /** Numbers of the leases that this process has. */
  const own = new Map<string, string>();

  const locked = <T>(target: string, work: (query: Query, row: HeldRow) => Promise<T>): Promise<T> =>
    database.run(async (query) => work(query, await lockedRow(query, target)));

  const take = (target: string, holder: Holder): Promise<Taken | Holder> =>
    locked(target, async (query, row) => {
      const former = holderOf(row);
      if (former && !isDead(former) && former.token !== holder.token) return former;
      const [taken] = await query<{ fence: string }>(
        `update holdfast.targets set fence = fence + 1, holder = $2, held_until = clock_timestamp() + $3 * interval '1 ms'
         where target = $1 returning fence`,
        [target, JSON.stringify(holder), leaseMs],
      );
      return { fence: taken?.fence ?? '', former: noteIn(row), outwaitMs: outwaitOf(row, requestMs) };
    });

  return {
    async lock(target, owner, { waitMs = 0, waiting } = {}) {
      const patience = performance.now() + waitMs;
      const holder = holderNow(owner);
      for (let look = 1; ; look += 1) {
        const asked = now();
        const taken = own.has(target) ? holder : await take(target, holder);
        if ('fence' in taken) {
          own.set(target, taken.fence);
          const lease = leaseOf(database, { target, fence: taken.fence, leaseMs, own }, asked);
          if (taken.outwaitMs > 0) {
            waiting?.(taken.former ? holderText(taken.former) : SOMEBODY, taken.outwaitMs);
            await clock.sleep(taken.outwaitMs);
          }
          return lease;
        }
        const other = await holderIn(database, target);
        if (performance.now() >= patience) throw inUse(target, other);
        if (look === 1) waiting?.(other ?? SOMEBODY);
        await new Promise((resolve) => setTimeout(resolve, POLL_MS));
      }
    },
    holder: (target) => holderIn(database, target),
    onTarget: (target, work) =>
      locked(target, (query, row) => {
        const fence = own.get(target);
        if (fence !== undefined && row.fence !== fence)
          throw fail('HF6002', `another process has taken over the lock on ${target}`, { target });
        return work(query, row);
      }),
  };
}

async function lockedRow(query: Query, target: string): Promise<HeldRow> {
  const select = (): Promise<readonly HeldRow[]> =>
    query<HeldRow>(
      `select state, journal, fence, holder, coalesce(held_until > clock_timestamp(), false) as "isHeld",
         (extract(epoch from clock_timestamp() - held_until) * 1000)::float8 as "overMs"
       from holdfast.targets where target = $1 for update`,
      [target],
    );
  const [known] = await select();
  if (known) return known;
  await query('insert into holdfast.targets (target) values ($1) on conflict do nothing', [target]);
  const [row] = await select();
  if (!row) throw new Error(`the row of ${target} is missing`); // it was inserted in this transaction
  return row;
}

function holderOf(row: Pick<HeldRow, 'holder' | 'isHeld'>): Holder | undefined {
  return row.isHeld ? noteIn(row) : undefined;
}

function noteIn({ holder }: Pick<HeldRow, 'holder'>): Holder | undefined {
  return holder === null ? undefined : (JSON.parse(holder) as Holder); // `take` wrote it
}

interface Taken {
  readonly fence: string;
  readonly former: Holder | undefined;
  /** ms to wait before the first request. */
  readonly outwaitMs: number;
}

/** A holder that died or lost the database may have sent a write last; without a journal, it sent only reads. */
function outwaitOf({ journal, overMs }: HeldRow, requestMs: number): number {
  if (journal === null || overMs === null) return 0;
  // A dead process of this machine can have sent its last request just now, long before its lease ends.
  return Math.min(requestMs, Math.max(0, requestMs - overMs));
}

async function holderIn(database: Database, target: string): Promise<string | undefined> {
  const [row] = await database.query<Pick<HeldRow, 'holder' | 'isHeld'>>(
    `select holder, coalesce(held_until > clock_timestamp(), false) as "isHeld" from holdfast.targets where target = $1`,
    [target],
  );
  const holder = row && holderOf(row);
  return holder && !isDead(holder) ? holderText(holder) : undefined;
}

/** Neither clock alone is safe: one stops while a machine sleeps, the other one can be set back. */
interface Instant {
  readonly monotonic: number;
  readonly wall: number;
}

const now = (): Instant => ({ monotonic: performance.now(), wall: Date.now() });
const msSince = ({ monotonic, wall }: Instant): number =>
  Math.max(performance.now() - monotonic, Date.now() - wall);

interface Held {
  readonly target: string;
  readonly fence: string;
  readonly leaseMs: number;
  readonly own: Map<string, string>;
}

/** `asked`: before the request that took the lease was sent, so that its end here is never later than there. */
function leaseOf(database: Database, { target, fence, leaseMs, own }: Held, asked: Instant): Lease {
  let renewed = asked;
  let isOver = false;
  const set = (assignments: string, values: readonly unknown[]): Promise<readonly unknown[]> =>
    database.run((query) =>
      query(`update holdfast.targets set ${assignments} where target = $1 and fence = $2 returning 1`, [
        target,
        fence,
        ...values,
      ]),
    );
  const renew = async (): Promise<void> => {
    const before = now();
    try {
      const held = await set(`held_until = clock_timestamp() + $3 * interval '1 ms'`, [leaseMs]);
      if (held.length === 0) isOver = true;
      else renewed = before;
    } catch {
      // The lease ends by itself while the database can't be reached.
    }
  };
  let renewing: Promise<void> | undefined;
  const timer = setInterval(
    () => {
      if (!isOver) renewing ??= renew().finally(() => (renewing = undefined));
    },
    Math.min(leaseMs / 4, 5000),
  );
  timer.unref();
  return {
    remainingMs: () => (isOver ? 0 : Math.max(0, leaseMs - msSince(renewed))),
    async release() {
      if (own.get(target) !== fence) return;
      clearInterval(timer);
      isOver = true;
      await renewing;
      own.delete(target);
      // If the database can't be reached, others wait until the lease ends.
      await set('holder = null, held_until = null', []).catch(() => undefined);
    },
  };
}
