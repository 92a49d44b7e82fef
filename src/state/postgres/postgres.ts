// The Store in PostgreSQL, for replicas of the daemon and CI jobs that share one state. Records are the same as in
// the files of a directory. The heartbeat stays a file: it tells of the process on this machine.
import { randomUUID } from 'node:crypto';
import { resolve } from 'node:path';
import type { Clock } from '../../domain/clock.ts';
import { fail, type HoldfastError, problem } from '../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../domain/secret.ts';
import type { CheckRecord } from '../../domain/state/check-record.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import type { Journal, NotifiedByChannel } from '../../domain/state/state.ts';
import { KEEP, type Keep } from '../backup-rules.ts';
import type { ArchiveDirectory } from '../files/archive.ts';
import { makeDirectory } from '../files/disk.ts';
import { writeBeat } from '../files/heartbeat.ts';
import { isJournal, isLook, isRollout, isTargetState, isTold } from '../record-schema.ts';
import type { PortableStore, StatePatch, Store, TargetState } from '../store.ts';
import { backupsIn } from './backups.ts';
import { type Database, openDatabase, placeOf, type Query } from './database.ts';
import { historyIn } from './history.ts';
import { openKeys } from './keys.ts';
import { type Leases, leasesIn, type TargetRow } from './leases.ts';
import { prepare } from './schema.ts';
import { LEASE_MS, REQUEST_MS } from './times.ts';

export interface PostgresOptions {
  readonly url: Sealed<string>;
  /** The first one encrypts, the others are earlier ones. At least one. */
  readonly encryptionKeys: Sealed<readonly string[]>;
  /** Absolute directory on this machine, for the heartbeat. */
  readonly dir: string;
  readonly clock: Clock;
  /** ms after which the lock of an inactive holder expires. 60 s. */
  readonly leaseMs?: number;
  /** The longest request of a holder that died, ms: see `LeaseOptions`. 20 s. */
  readonly requestMs?: number;
  /** Backups kept besides the pinned ones. */
  readonly keep?: Keep;
  /** Where each backup is also written as one file. */
  readonly backups?: ArchiveDirectory;
  /** Pauses between the tries of one transaction, ms. */
  readonly pauses?: readonly number[];
  /** The key of hashes for a new state that gets the records of another one: of `PortableStore.hashKey`. */
  readonly hashKey?: Sealed<string>;
}

/** Two weeks of a check every five minutes. */
const CHECKS_KEPT = 4032;

/**
 * Rejects with HF6020 if the database can't be used, HF6021 if no key fits, HF6008 if a newer version wrote it.
 */
export async function openPostgresStore(options: PostgresOptions): Promise<PortableStore> {
  const { url, clock, leaseMs = LEASE_MS, keep = KEEP } = options;
  const database = await openDatabase(url, options.pauses);
  try {
    const place = placeOf(url.open());
    await prepare(database, place);
    const { keys, isNew } = await openKeys(database, options.encryptionKeys, place, options.hashKey?.open());
    const leases = leasesIn(database, { leaseMs, requestMs: options.requestMs ?? REQUEST_MS, clock });
    const { query } = database;
    return {
      place,
      isNew,
      isOfThisJob: false,
      hash: keys.hash,
      hashKey: seal(keys.hashKey),
      lock: leases.lock,
      holder: leases.holder,
      ...records(leases, query),
      ...backupsIn({ leases, query, keys, clock, keep, archives: options.backups }),
      ...historyIn(leases, query, keys.hash),
      ...checksIn(leases, query),
      ...notifiedIn(database),
      ...rolloutIn(database),
      async writeBeat(beat) {
        const dir = resolve(options.dir);
        await makeDirectory(dir);
        await writeBeat(dir, beat);
      },
      close: () => database.close(),
    };
  } catch (error) {
    await database.close();
    throw error;
  }
}

type Kind = 'state' | 'journal';
const IS_SOUND = { state: isTargetState, journal: isJournal };

/** The state of a target and its journal. One that isn't sound is moved to `holdfast.damaged`. */
function records(
  leases: Leases,
  query: Query,
): Pick<Store, 'read' | 'update' | 'reserve' | 'journal' | 'writeJournal' | 'closeJournal' | 'damaged'> {
  const recordOf = async (target: string, kind: Kind): Promise<unknown> => {
    const [row] = await query<TargetRow>('select state, journal from holdfast.targets where target = $1', [
      target,
    ]);
    const found = row && soundIn(row, kind);
    if (found !== 'damaged') return found;
    await leases.onTarget(target, (statement, current) => moveAside(statement, target, kind, current));
    throw damagedRecord(target, kind);
  };
  return {
    read: async (target) => ((await recordOf(target, 'state')) ?? {}) as TargetState, // as `isTargetState` asks for
    journal: async (target) => (await recordOf(target, 'journal')) as Journal | undefined, // as `isJournal` asks for
    async update(target, patch) {
      const isDamaged = await leases.onTarget(target, async (statement, row) => {
        const state = soundIn(row, 'state');
        if (state === 'damaged') return moveAside(statement, target, 'state', row);
        await write(statement, target, 'state', patched(state as TargetState, patch)); // as `isTargetState` asks for
        return false;
      });
      if (isDamaged) throw damagedRecord(target, 'state');
    },
    async reserve(target) {
      // Nothing to reserve on another machine's disk. A database that accepts no writes is noticed before the first
      // request.
      await leases.onTarget(target, async () => undefined);
    },
    writeJournal: (target, journal) =>
      leases.onTarget(target, (statement) => write(statement, target, 'journal', journal)),
    closeJournal: (target) =>
      leases.onTarget(target, (statement) => write(statement, target, 'journal', null)),
    async damaged(target) {
      const found = await query<{ kind: string; n: string }>(
        'select kind, n from holdfast.damaged where target = $1 order by n',
        [target],
      );
      return found.map(({ kind, n }) =>
        problem('HF6005', `the ${kind} of ${target} is a damaged record that was moved aside`, {
          severity: 'warning',
          remedy: `Look at row ${n} of the table holdfast.damaged. Delete it if you don't need its content.`,
        }),
      );
    },
  };
}

function soundIn(row: TargetRow, kind: Kind): unknown {
  const text = row[kind];
  if (text === null) return undefined;
  const record = parsed(text);
  return IS_SOUND[kind](record) ? record : 'damaged';
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

async function moveAside(query: Query, target: string, kind: Kind, row: TargetRow): Promise<true> {
  if (soundIn(row, kind) !== 'damaged') return true; // another process was faster
  await query('insert into holdfast.damaged (target, kind, record) values ($1, $2, $3)', [
    target,
    kind,
    row[kind],
  ]);
  await write(query, target, kind, kind === 'state' ? {} : null);
  return true;
}

const damagedRecord = (target: string, kind: Kind): HoldfastError =>
  fail('HF6005', `the ${kind} of ${target} is damaged and was moved to the table holdfast.damaged`);

async function write(query: Query, target: string, kind: Kind, record: object | null): Promise<void> {
  await query(`update holdfast.targets set ${kind} = $2 where target = $1`, [
    target,
    record && JSON.stringify(record),
  ]);
}

function patched(state: TargetState, patch: StatePatch): object {
  return { ...state, ...patch }; // JSON omits what is undefined
}

/** The results of checks. An append that is tried again adds one. */
function checksIn(leases: Leases, query: Query): Pick<Store, 'appendLook' | 'looks'> {
  return {
    appendLook(target, look) {
      const call = randomUUID();
      return leases.onTarget(target, async (statement) => {
        await statement(
          'insert into holdfast.checks (target, call, entry) values ($1, $2, $3) on conflict do nothing',
          [target, call, JSON.stringify(look)],
        );
        await statement(
          `delete from holdfast.checks where target = $1 and n <=
             (select n from holdfast.checks where target = $1 order by n desc offset $2 limit 1)`,
          [target, CHECKS_KEPT],
        );
      });
    },
    async looks(target, limit = CHECKS_KEPT) {
      const rows = await query<{ entry: string }>(
        'select entry from holdfast.checks where target = $1 order by n desc limit $2',
        [target, limit],
      );
      return rows.map(({ entry }) => parsed(entry)).filter(isLook) as CheckRecord[]; // as `isLook` asks for
    },
  };
}

/** What each channel was told last. */
function notifiedIn(database: Database): Pick<Store, 'notified' | 'saveNotified'> {
  return {
    async notified() {
      const [row] = await database.query<{ notified: string }>('select notified from holdfast.store');
      const notes = parsed(row?.notified ?? '{}');
      if (!isTold(notes)) throw fail('HF6005', 'the record of sent notifications is damaged');
      return notes as NotifiedByChannel; // as `isTold` asks for
    },
    async saveNotified(told) {
      await database.run((query) => query('update holdfast.store set notified = $1', [JSON.stringify(told)]));
    },
  };
}

function rolloutIn(database: Database): Pick<Store, 'rollout' | 'changeRollout'> {
  const soundOf = (text: string | null | undefined): Rollout | undefined => {
    if (typeof text !== 'string') return undefined;
    const record = parsed(text);
    if (!isRollout(record))
      throw fail('HF6005', 'the record of the rollout is damaged', {
        remedy: 'Look at the column rollout of holdfast.store. Set it to null to begin the rollout again.',
      });
    return record as Rollout; // as `isRollout` asks for
  };
  const select = 'select rollout from holdfast.store';
  return {
    async rollout() {
      const [row] = await database.query<{ rollout: string | null }>(select);
      return soundOf(row?.rollout);
    },
    changeRollout: (change) =>
      database.run(async (query) => {
        const [row] = await query<{ rollout: string | null }>(`${select} for update`);
        const before = soundOf(row?.rollout);
        const next = change(before);
        if (next && next !== before)
          await query('update holdfast.store set rollout = $1', [JSON.stringify(next)]);
        return next;
      }),
  };
}
