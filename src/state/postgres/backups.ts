// Backups in the database: their content encrypted, their records as they are.
import type { Clock } from '../../domain/clock.ts';
import { type Backup, type BackupRecord, isBackupId } from '../../domain/state/backup.ts';
import { fail } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import { type Keep, newestFirst, recordOf, requireBackupId, sha256, tooMany } from '../backup-rules.ts';
import {
  type ArchiveDirectory,
  archiveOf,
  listArchives,
  removeArchive,
  writeArchive,
} from '../files/archive.ts';
import type { BackupStore } from '../store.ts';
import type { Query } from './database.ts';
import type { Keys } from './keys.ts';
import type { Leases } from './leases.ts';

export interface BackupOptions {
  readonly leases: Leases;
  /** Reads without a lock. */
  readonly query: Query;
  readonly keys: Keys;
  readonly clock: Clock;
  readonly keep: Keep;
  readonly archives: ArchiveDirectory | undefined;
}

interface Row extends Readonly<Record<string, unknown>> {
  readonly record: string;
  readonly content: Buffer;
}

/** What is encrypted. */
interface Content {
  readonly file: string;
  readonly json: string;
}

export function backupsIn(options: BackupOptions): BackupStore {
  const { leases, query, keys, archives } = options;
  return {
    async saveBackup(backup) {
      const record = recordOf(backup, keys.hash);
      const gone = await leases.onTarget(backup.target, async (statement, { journal }) => {
        await insert(statement, keys, record, backup);
        return rotated(statement, options, record, journal);
      });
      if (archives) await writeArchive(archives, { ...backup, ...record });
      for (const id of gone) if (archives) await removeArchive(archives, backup.target, id);
      return record;
    },
    async addBackup({ file, json, ...record }) {
      requireBackupId(record.target, record.id);
      await leases.onTarget(record.target, (statement) => insert(statement, keys, record, { file, json }));
    },
    listArchives: async (target) => (archives ? listArchives(archives, target) : []),
    listBackups: (target) => recordsIn(query, target),
    async readBackup(target, id) {
      requireBackupId(target, id);
      const [row] = await query<Row>(
        'select record, content from holdfast.backups where target = $1 and id = $2',
        [target, id],
      );
      if (!row) throw missing(target, id);
      return opened(keys, JSON.parse(row.record) as BackupRecord, row.content); // `insert` wrote it
    },
    pinBackup: (target, id) =>
      leases.onTarget(target, async (statement) => {
        requireBackupId(target, id);
        if (!(await pin(statement, target, id))) throw missing(target, id);
      }),
    backupFile: (target, id) => {
      requireBackupId(target, id);
      return undefined;
    },
    archiveOf: (target, id) => archives && archiveOf(archives, target, id),
  };
}

const missing = (target: string, id: string): Error =>
  fail('HF6007', `there is no backup ${id} of ${target}`, { target });

const aboutOf = ({ target, id }: BackupRecord): string => `backup ${id} of ${target}`;

/** The same content in the same second is the same backup, which is pinned if either is. */
async function insert(
  query: Query,
  keys: Keys,
  record: BackupRecord,
  { file, json }: Pick<Backup, 'file' | 'json'>,
): Promise<void> {
  const content: Content = { file: file.open(), json: json.open() };
  await query(
    'insert into holdfast.backups (target, id, record, content) values ($1, $2, $3, $4) on conflict do nothing',
    [
      record.target,
      record.id,
      JSON.stringify(record),
      keys.encrypt(JSON.stringify(content), aboutOf(record)),
    ],
  );
  if (record.pinned) await pin(query, record.target, record.id);
}

async function pin(query: Query, target: string, id: string): Promise<boolean> {
  const rows = await query(
    `update holdfast.backups set record = (record::jsonb || '{"pinned": true}')::json where target = $1 and id = $2 returning 1`,
    [target, id],
  );
  return rows.length > 0;
}

async function recordsIn(query: Query, target: string): Promise<readonly BackupRecord[]> {
  const rows = await query<Pick<Row, 'record'>>('select record from holdfast.backups where target = $1', [
    target,
  ]);
  return newestFirst(
    rows.map(({ record }) => JSON.parse(record) as BackupRecord).filter(({ id }) => isBackupId(id)), // `insert` wrote them
  );
}

/** Deletes what isn't kept, and returns their IDs. */
async function rotated(
  query: Query,
  { keep, clock }: BackupOptions,
  { target, id }: BackupRecord,
  journal: string | null,
): Promise<readonly string[]> {
  const open = journal === null ? [] : [(JSON.parse(journal) as { readonly backup: string }).backup]; // of a sound journal
  const gone = tooMany(await recordsIn(query, target), keep, [...open, id], clock.now());
  await query('delete from holdfast.backups where target = $1 and id = any($2)', [target, gone]);
  return gone;
}

function opened(keys: Keys, record: BackupRecord, content: Buffer): Backup {
  const { file, json } = JSON.parse(keys.decrypt(content, aboutOf(record))) as Content; // authenticated: `insert` wrote it
  if (sha256(file) !== record.sha256)
    throw fail('HF6006', `${aboutOf(record)} was changed after it was saved`, { target: record.target });
  return { ...record, file: seal(file), json: seal(json) };
}
