// The reports for notifications, in one order for all replicas, and how far each channel was told.
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease, Store } from '../../store.ts';
import type { Report, Told } from '../../replicas.ts';
import { fail } from '../../../domain/problem/problem.ts';
import { isTold } from '../../record-schema.ts';
import type { Database } from '../database.ts';
import type { Leases } from '../leases.ts';
import { announce } from './messages.ts';

export interface Reports {
  report(entry: object): Promise<void>;
  reports(after: number): Promise<readonly Report[]>;
  lockNotifications(signal: AbortSignal): Promise<Lease>;
  told(): Promise<Told>;
  saveTold(told: Told): Promise<void>;
}

/** The name of the lease; no target can have it. */
const NOTIFICATIONS = ':notifications';
const AT_ONCE = 200;
/** If nobody sends notifications, old reports are dropped. */
const KEPT = 10_000;
const POLL_MS = 2000;

export function reportsIn(database: Database, leases: Leases, id: string): Reports {
  return {
    report(entry) {
      const call = randomUUID(); // a repeated transaction adds one report
      return database.run(async (query) => {
        // One at a time, so that a number never appears after a larger one was read.
        await query('select 1 from holdfast.store for update');
        await query('insert into holdfast.reports (call, entry) values ($1, $2) on conflict do nothing', [
          call,
          JSON.stringify(entry),
        ]);
        await announce(query, { by: id, is: 'report' });
      });
    },
    async reports(after) {
      const rows = await database.query<{ n: string; entry: string }>(
        'select n, entry from holdfast.reports where n > $1 order by n limit $2',
        [after, AT_ONCE],
      );
      return rows.map(({ n, entry }) => ({ n: Number(n), entry: JSON.parse(entry) as unknown }));
    },
    lockNotifications: (signal) => lockOf(leases, signal),
    async told() {
      const [row] = await database.query<{ notified: string; positions: string }>(
        'select notified, told_up_to as positions from holdfast.store',
      );
      const statuses: unknown = JSON.parse(row?.notified ?? '{}');
      if (!isTold(statuses)) throw fail('HF6005', 'the record of sent notifications is damaged');
      return {
        statuses: statuses as Told['statuses'], // as `isTold` asks for
        positions: JSON.parse(row?.positions ?? '{}') as Told['positions'], // `saveTold` wrote it
      };
    },
    saveTold: ({ statuses, positions }) =>
      leases.onTarget(NOTIFICATIONS, async (query) => {
        await query('update holdfast.store set notified = $1, told_up_to = $2', [
          JSON.stringify(statuses),
          JSON.stringify(positions),
        ]);
        const done = Math.min(...Object.values(positions));
        await query(
          `delete from holdfast.reports where n <= $1
             or n <= (select max(n) from holdfast.reports) - $2`,
          [Number.isFinite(done) ? done : 0, KEPT],
        );
      }),
  };
}

async function lockOf(leases: Leases, signal: AbortSignal): Promise<Lease> {
  for (;;) {
    const found = await attempt(leases.lock);
    if (found && !signal.aborted) return found;
    await found?.release();
    await sleep(POLL_MS, undefined, { signal });
  }
}

/** Undefined if another replica has it, or the database can't be used at the moment. */
async function attempt(lock: Store['lock']): Promise<Lease | undefined> {
  try {
    return await lock(NOTIFICATIONS, 'holdfast (notifications)');
  } catch {
    return undefined;
  }
}
