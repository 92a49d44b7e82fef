// Backups of one target: a directory each, put in place by one rename, verified against its hash when read.
import { readdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { type Backup, type BackupRecord, isBackupId } from '../../domain/state/backup.ts';
import { fail } from '../../domain/problem/problem.ts';
import { seal } from '../../domain/secret.ts';
import {
  errorCode,
  explained,
  makeDirectory,
  orMissing,
  readText,
  remove,
  syncDirectory,
  writeNew,
} from './disk.ts';
import { type Keep, newestFirst, recordOf, requireBackupId, sha256, tooMany } from '../backup-rules.ts';
import { readRecord, writeRecord } from './records.ts';

const DAY = 86_400_000;

/** Where the raw file of a backup is. Rejects names that aren't IDs, so that none can lead out of the directory. */
export function rawFileOf(dir: string, target: string, id: string): string {
  requireBackupId(target, id);
  return join(dir, id, 'config.yaml');
}

export async function saveBackup(
  dir: string,
  backup: Omit<Backup, 'id' | 'sha256' | 'bytes'>,
  hash: (text: string) => string,
): Promise<BackupRecord> {
  return stored(dir, recordOf(backup, hash), backup);
}

/** A backup that was kept elsewhere, under its own ID. */
export async function addBackup(dir: string, { file, json, ...record }: Backup): Promise<void> {
  rawFileOf(dir, record.target, record.id);
  await stored(dir, record, { file, json });
}

async function stored(
  dir: string,
  record: BackupRecord,
  { file, json }: Pick<Backup, 'file' | 'json'>,
): Promise<BackupRecord> {
  const made = join(dir, `.new-${record.id}-${process.pid}`);
  await remove(made);
  try {
    await makeDirectory(made);
    await writeNew(join(made, 'config.yaml'), file.open());
    await writeNew(join(made, 'config.json'), json.open());
    await writeNew(join(made, 'record.json'), `${JSON.stringify(record)}\n`);
    await syncDirectory(made);
    return await placed(dir, made, record);
  } catch (error) {
    await remove(made).catch(() => undefined); // an incomplete backup takes space that the next one needs
    throw error;
  }
}

/** The same content in the same second is the same backup, which is pinned if either is. */
async function placed(dir: string, made: string, record: BackupRecord): Promise<BackupRecord> {
  const place = join(dir, record.id);
  try {
    await rename(made, place);
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST'].includes(errorCode(error) ?? ''))
      await explained(place, () => Promise.reject(error));
    await remove(made);
    if (record.pinned) await pinBackup(dir, record.target, record.id, record.at);
  }
  await syncDirectory(dir);
  return record;
}

/** Newest first. Skips what isn't a backup. */
export async function listBackups(dir: string, now: number): Promise<readonly BackupRecord[]> {
  const names = (await explained(dir, () => readdir(dir).catch(orMissing))) ?? [];
  const records = await Promise.all(
    names
      .filter((name) => isBackupId(name))
      .map((name) => readRecord(join(dir, name, 'record.json'), now) as Promise<BackupRecord | undefined>),
  );
  return newestFirst(records.filter((record) => record !== undefined));
}

/** Rejects with HF6007 if there is none, HF6006 if its content isn't what was saved. */
export async function readBackup(dir: string, target: string, id: string, now: number): Promise<Backup> {
  const file = rawFileOf(dir, target, id);
  const [record, text, json] = await Promise.all([
    readRecord(join(dir, id, 'record.json'), now) as Promise<BackupRecord | undefined>,
    readText(file),
    readText(join(dir, id, 'config.json')),
  ]);
  if (!record || text === undefined || json === undefined)
    throw fail('HF6007', `there is no backup ${id} of ${target}`, { target });
  if (sha256(text) !== record.sha256)
    throw fail('HF6006', `${file} was changed after it was saved`, { target });
  return { ...record, file: seal(text), json: seal(json) };
}

export async function pinBackup(dir: string, target: string, id: string, now: number): Promise<void> {
  rawFileOf(dir, target, id);
  const file = join(dir, id, 'record.json');
  const record = await readRecord(file, now);
  if (!record) throw fail('HF6007', `there is no backup ${id} of ${target}`, { target });
  if (record['pinned'] !== true) await writeRecord(file, { ...record, pinned: true });
}

/**
 * Deletes what `keep` doesn't keep, and returns their IDs. Never deletes a pinned one, the newest, or one of
 * `needed`.
 */
export async function rotateBackups(
  dir: string,
  keep: Keep,
  needed: readonly string[],
  now: number,
): Promise<readonly string[]> {
  const records = await listBackups(dir, now);
  const gone = tooMany(records, keep, needed, now);
  for (const id of gone) await remove(join(dir, id));
  await sweep(dir, now);
  return gone;
}

/** Remains of a process that died while it saved a backup. */
async function sweep(dir: string, now: number): Promise<void> {
  const names = (await readdir(dir).catch(orMissing)) ?? [];
  for (const name of names.filter((each) => each.startsWith('.new-'))) {
    const stamp = /^\.new-(\d{4})(\d\d)(\d\d)T/.exec(name);
    const day = stamp ? Date.parse(`${stamp[1]}-${stamp[2]}-${stamp[3]}T00:00:00Z`) : now;
    if (now - day > 2 * DAY) await remove(join(dir, name));
  }
}
