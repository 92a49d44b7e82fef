// The gateway's own file and view before a write.
import type { Build } from '../live.ts';
import type { Sealed } from '../secret.ts';

const ID = /^\d{8}T\d{6}Z-[0-9a-f]{8}$/;

/** Whether a text can be the ID of a backup; no other text is used as a file name. */
export const isBackupId = (text: string): boolean => ID.test(text);

export interface BackupRecord {
  /** `20261123T180142Z-1a2b3c4d`: time and content hash. */
  readonly id: string;
  readonly target: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly reason: 'before-apply' | 'pre-rollback' | 'before-restore' | 'manual' | 'before-api';
  readonly build: Build;
  /** Pinned backups are not rotated: the first of a target and those of outcomes other than `applied`. */
  readonly pinned: boolean;
  readonly bytes: number;
  /** SHA-256 of the raw file, hex; verified on reading. */
  readonly sha256: string;
  /** Root of the gateway; absent in records of earlier versions. */
  readonly url?: string;
}

/** A backup as one file next to the records of the state. Only its file name is known, not its identity. */
export interface BackupArchive {
  /** Absolute. */
  readonly file: string;
  readonly id: string;
  readonly target: string;
  /** ms since the epoch. */
  readonly at: number;
  readonly bytes: number;
}

export interface Backup extends BackupRecord {
  /** Raw `config.yaml`, byte for byte. */
  readonly file: Sealed<string>;
  /** Raw response of `GET /config`. */
  readonly json: Sealed<string>;
}
