// The Store that the settings name: a directory, or a database.
import type { Clock } from '../domain/clock.ts';
import type { Sealed } from '../domain/secret.ts';
import type { StateSettings } from '../settings/settings.ts';
import { openFileStore } from '../state/files/files.ts';
import { openPostgresStore } from '../state/postgres/postgres.ts';
import type { PortableStore } from '../state/store.ts';

interface Opening {
  readonly clock: Clock;
  /** The CI job of this process. */
  readonly job?: string | undefined;
  /** For a new state that gets the records of another one. */
  readonly hashKey?: Sealed<string>;
}

export function openStore(
  { dir, backups, postgres }: StateSettings,
  { clock, job, hashKey }: Opening,
): Promise<PortableStore> {
  const common = { dir, clock, ...(backups && { backups }), ...(hashKey && { hashKey }) };
  return postgres
    ? openPostgresStore({ ...common, ...postgres })
    : openFileStore({ ...common, ...(job !== undefined && { job }) });
}
