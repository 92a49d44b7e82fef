// Which replicas are alive: each one writes the time of the database every few seconds. The jobs of a replica that no
// longer does go to the others.
import type { Database } from '../database.ts';

export interface Membership {
  /** Writes that this replica is alive, under this name of its worker; returns who died, for the one who finds it first. */
  beat(worker: string | undefined): Promise<readonly Dead[]>;
  /** Whether others are alive. */
  hasOthers(): Promise<boolean>;
  leave(): Promise<void>;
}

export interface Dead {
  readonly id: string;
  readonly worker: string | null;
}

export const BEAT_MS = 5000;
/** ms without a heartbeat. A replica that only paused for longer finds its leases lost, and joins again. */
const DEAD_MS = 30_000;

export function membershipIn(database: Database, id: string, deadMs = DEAD_MS): Membership {
  return {
    beat: (worker) =>
      database.run(async (query) => {
        await query(
          `insert into holdfast.replicas (id, worker, seen_at) values ($1, $2, clock_timestamp())
           on conflict (id) do update set worker = $2, seen_at = clock_timestamp()`,
          [id, worker ?? null],
        );
        return query<{ id: string; worker: string | null }>(
          `delete from holdfast.replicas where id <> $1 and seen_at < clock_timestamp() - $2 * interval '1 ms'
           returning id, worker`,
          [id, deadMs],
        );
      }),
    async hasOthers() {
      const found = await database.query('select 1 from holdfast.replicas where id <> $1 limit 1', [id]);
      return found.length > 0;
    },
    leave: async () => {
      await database.run((query) => query('delete from holdfast.replicas where id = $1', [id]));
    },
  };
}
