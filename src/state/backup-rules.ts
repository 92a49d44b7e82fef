// What every Store does alike with backups: their IDs, and which are kept.
import { createHash } from 'node:crypto';
import { type Backup, type BackupRecord, isBackupId } from '../domain/state/backup.ts';
import { fail } from '../domain/problem/problem.ts';
import { stampText } from '../lib/text.ts';

export interface Keep {
  /** How many with distinct content, besides the pinned ones. */
  readonly distinct: number;
  /** ms. */
  readonly ms: number;
}

const DAY = 86_400_000;

/** 30 of distinct content, none older than 90 days. */
export const KEEP: Keep = { distinct: 30, ms: 90 * DAY };

export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/** The record of a new backup. `hash` is keyed, so that the ID reveals nothing about the content. */
export function recordOf(
  backup: Omit<Backup, 'id' | 'sha256' | 'bytes'>,
  hash: (text: string) => string,
): BackupRecord {
  const { file, json: _, ...about } = backup;
  const text = file.open();
  return {
    ...about,
    id: `${stampText(about.at)}-${hash(text).slice(0, 8)}`,
    bytes: Buffer.byteLength(text),
    sha256: sha256(text),
  };
}

/** Rejects names that can't be IDs with HF6007. */
export function requireBackupId(target: string, id: string): void {
  if (!isBackupId(id)) throw fail('HF6007', `${JSON.stringify(id)} isn't the name of a backup`, { target });
}

export const newestFirst = (records: readonly BackupRecord[]): BackupRecord[] =>
  records.toSorted((a, b) => b.at - a.at || b.id.localeCompare(a.id));

/**
 * IDs to delete, of records newest first. Never a pinned one, the newest, or one of `needed`.
 */
export function tooMany(
  records: readonly BackupRecord[],
  keep: Keep,
  needed: readonly string[],
  now: number,
): readonly string[] {
  const contents = new Set<string>();
  const gone: string[] = [];
  for (const [place, { id, at, pinned, sha256: content }] of records.entries()) {
    const again = contents.has(content);
    contents.add(content);
    const old = now - at > keep.ms || contents.size > keep.distinct || (again && now - at > DAY);
    if (place > 0 && !pinned && old && !needed.includes(id)) gone.push(id);
  }
  return gone;
}
