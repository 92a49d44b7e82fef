// What each replica found, so that all of them show the same: one row for each target, numbered in the order of all
// replicas.
import type { Trigger } from '../../../domain/state/check-record.ts';
import type { SharedStatus } from '../../replicas.ts';
import type { Database } from '../database.ts';
import { announce } from './messages.ts';

export interface Statuses {
  record(
    target: string,
    trigger: Trigger | undefined,
    next: (before: unknown) => object,
  ): Promise<Pick<SharedStatus, 'n' | 'status'>>;
  /** What others recorded since the last call; at the first one, everything. */
  news(): Promise<readonly SharedStatus[]>;
}

interface Row extends Readonly<Record<string, unknown>> {
  readonly target: string;
  /** A bigint, as text. */
  readonly n: string;
  readonly replica: string;
  readonly trigger: Trigger | null;
  readonly status: string;
}

export function statusesIn(database: Database, id: string): Statuses {
  let seen = 0n;
  let reading: Promise<unknown> = Promise.resolve();
  const read = async (): Promise<readonly SharedStatus[]> => {
    const rows = await database.query<Row>(
      'select target, n, replica, trigger, status from holdfast.statuses where n > $1 order by n',
      [String(seen)],
    );
    for (const { n } of rows) seen = BigInt(n);
    return rows
      .filter(({ replica }) => replica !== id)
      .map(({ target, n, trigger, status }) => ({
        target,
        n: Number(n),
        trigger: trigger ?? undefined,
        status: JSON.parse(status) as unknown,
      }));
  };
  return {
    record: (target, trigger, next) =>
      database.run(async (query) => {
        // The counter is a row, so that numbers appear in the order in which they are given.
        const [counted] = await query<{ n: string }>(
          'update holdfast.store set status_n = status_n + 1 returning status_n as n',
        );
        const [before] = await query<Row>('select status from holdfast.statuses where target = $1', [target]);
        const status = next(before && (JSON.parse(before.status) as unknown));
        await query(
          `insert into holdfast.statuses (target, n, replica, trigger, status) values ($1, $2, $3, $4, $5)
           on conflict (target) do update set n = $2, replica = $3, trigger = $4, status = $5`,
          [target, counted?.n, id, trigger ?? null, JSON.stringify(status)],
        );
        await announce(query, { by: id, is: 'status' });
        return { n: Number(counted?.n), status };
      }),
    news: () => {
      const news = reading.then(read, read);
      reading = news.catch(() => undefined);
      return news;
    },
  };
}
