// The Store that the settings name: a directory, or a database that replicas of a daemon share.
import { createHash } from 'node:crypto';
import type { SharedState } from '../daemon/core/target-set.ts';
import type { Clock } from '../domain/clock.ts';
import type { Sealed } from '../domain/secret.ts';
import type { StateSettings } from '../settings/settings.ts';
import { openFileStore } from '../state/files/files.ts';
import { openPostgresStore } from '../state/postgres/postgres.ts';
import { openReplicas } from '../state/postgres/replicas/replicas.ts';
import type { Replicas } from '../state/replicas.ts';
import type { PortableStore } from '../state/store.ts';
import type { Io } from './io.ts';

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

/** What replicas share contains no secret. */
export function sharedState(
  { url }: NonNullable<StateSettings['postgres']>,
  clock: Clock,
  io: Pick<Io, 'redact'>,
): SharedState {
  return {
    identity: createHash('sha256').update(url.open()).digest('hex'),
    openReplicas: async () => guarded(await openReplicas({ url, clock }), io),
  };
}

function guarded(replicas: Replicas, { redact = (value) => value }: Pick<Io, 'redact'>): Replicas {
  return {
    ...replicas,
    record: (target, trigger, next) => replicas.record(target, trigger, (before) => redact(next(before))),
    report: (entry) => replicas.report(redact(entry)),
  };
}
