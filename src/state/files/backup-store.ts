// The part of the Store that is about backups: a directory each, and their archives if there is a place for them.
import { join } from 'node:path';
import type { Clock } from '../../domain/clock.ts';
import type { Journal } from '../../domain/state/state.ts';
import type { BackupStore, Store } from '../store.ts';
import { type ArchiveDirectory, archiveOf, listArchives, removeArchive, writeArchive } from './archive.ts';
import {
  addBackup,
  listBackups,
  pinBackup,
  rawFileOf,
  readBackup,
  rotateBackups,
  saveBackup,
} from './backups.ts';
import type { Keep } from '../backup-rules.ts';
import { makeDirectory } from './disk.ts';
import { withReserve } from './reserve.ts';

export interface BackupStoreOptions {
  /** The directory of a target. */
  readonly home: (target: string) => string;
  readonly clock: Clock;
  readonly keep: Keep;
  readonly hash: Store['hash'];
  /** The open transaction: its backup stays. */
  readonly journal: (target: string) => Promise<Journal | undefined>;
  readonly archives: ArchiveDirectory | undefined;
}

export function backupStore({ home, clock, keep, hash, journal, archives }: BackupStoreOptions): BackupStore {
  const backupsOf = (target: string): string => join(home(target), 'backups');
  return {
    async saveBackup(backup) {
      const place = backupsOf(backup.target);
      const record = await withReserve(home(backup.target), async () => {
        await makeDirectory(place);
        return saveBackup(place, backup, hash);
      });
      if (archives) await writeArchive(archives, { ...backup, ...record });
      const open = await journal(backup.target);
      const used = open ? [open.backup, record.id] : [record.id];
      const gone = await rotateBackups(place, keep, used, clock.now());
      for (const id of gone) if (archives) await removeArchive(archives, backup.target, id);
      return record;
    },
    async addBackup(backup) {
      await makeDirectory(backupsOf(backup.target));
      await addBackup(backupsOf(backup.target), backup);
    },
    listArchives: async (target) => (archives ? listArchives(archives, target) : []),
    listBackups: (target) => listBackups(backupsOf(target), clock.now()),
    readBackup: (target, id) => readBackup(backupsOf(target), target, id, clock.now()),
    pinBackup: (target, id) =>
      withReserve(home(target), () => pinBackup(backupsOf(target), target, id, clock.now())),
    backupFile: (target, id) => rawFileOf(backupsOf(target), target, id),
    archiveOf: (target, id) => archives && archiveOf(archives, target, id),
  };
}
