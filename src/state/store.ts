// The interface of the state, which files and PostgreSQL implement. Knows nothing of gateways.
import type { Heartbeat } from '../domain/state/heartbeat.ts';
import type { Backup, BackupArchive, BackupRecord } from '../domain/state/backup.ts';
import type {
  AuthBlock,
  BeforeApply,
  HistoryEntry,
  HistoryHead,
  Journal,
  LastApplied,
  Origins,
  Quarantine,
  Suspension,
  NotifiedByChannel,
} from '../domain/state/state.ts';
import type { Rollout } from '../domain/state/rollout.ts';
import type { Rotation } from '../domain/state/rotation.ts';
import type { LastCheck } from '../domain/plan/last-check.ts';
import type { CheckRecord } from '../domain/state/check-record.ts';
import type { Problem } from '../domain/problem/problem.ts';
import type { Sealed } from '../domain/secret.ts';
import type { Undeclared } from '../domain/plan/undeclared.ts';
import type { OutcomeKind } from '../domain/outcome/outcome.ts';

/**
 * Exclusive use of one target. Every request of a transaction is sent only if `remainingMs()` is longer than its
 * timeout.
 */
export interface Lease {
  /** 0 once the lease was lost. */
  remainingMs(): number;
  release(): Promise<void>;
}

export interface LockOptions {
  /** ms to wait for the holder. Default: 0. */
  readonly waitMs?: number;
  /** Called with the holder before a wait, and with ms where it is known how long it takes. */
  readonly waiting?: (holder: string, ms?: number) => void;
}

/** What status shows and the daemon needs across restarts, for one target. Absent parts are unknown, not empty. */
export interface TargetState {
  readonly lastApplied?: LastApplied;
  readonly beforeApply?: BeforeApply;
  readonly origins?: Origins;
  readonly authBlock?: AuthBlock;
  readonly suspension?: Suspension;
  readonly quarantine?: Quarantine;
  /** Build headers and API generation as last detected. */
  readonly detection?: { readonly build: string; readonly api: 'v0' | 'v8'; readonly at: number };
  readonly lastOutcome?: { readonly kind: OutcomeKind; readonly at: number; readonly summary: string };
  readonly lastDeepCheck?: LastCheck;
  readonly lastShallowCheck?: LastCheck;
  /** Declared once, undeclared now. */
  readonly released?: readonly string[];
  /** What the gateway had at the last deep check and no file declared. */
  readonly undeclared?: readonly Undeclared[];
  /** Times (ms) of the last drift corrections by path, and paths that are contested. */
  readonly drift?: {
    readonly corrected: Readonly<Record<string, readonly number[]>>;
    readonly contested: readonly string[];
  };
  /** `model-gap` paths known for these build headers. */
  readonly modelGaps?: { readonly build: string; readonly paths: readonly string[] };
  /** Keyed hashes of file contents that this target is known to have had, newest first, at most 20. */
  readonly knownFiles?: readonly string[];
  /**
   * The memory of those that were verified last, newest first, at most 5: the file as above, and the keyed hash of
   * each leaf by path (descending into mappings, lists as a whole). A missing path had no value.
   */
  readonly knownImages?: readonly {
    readonly file: string;
    readonly leaves: Readonly<Record<string, string>>;
  }[];
  /** Index of the management key that worked last. */
  readonly workingKey?: number;
  /** Build and layout of the file for which `PUT /config.yaml` was tried successfully. */
  readonly wayBack?: string;
  /** Keys that are being replaced. */
  readonly rotations?: readonly Rotation[];
  /** Last measured write responses, ms, newest last, for the settle window. */
  readonly writeMs?: readonly number[];
  /** The newest entry of the history, so that a missing end is noticed. */
  readonly historyHead?: HistoryHead;
  /** ms after a write that the gateway was seen to need at most, and how many transactions since then needed less. */
  readonly lateReload?: { readonly ms: number; readonly calm: number };
  /**
   * The file that all readings between these two times (ms since the epoch) had, as a keyed hash, and the machine that
   * read it.
   */
  readonly steadyFile?: {
    readonly file: string;
    readonly from: number;
    readonly to: number;
    readonly machine: string;
  };
}

/** Changes to the state of a target; a member set to undefined is removed. */
export type StatePatch = { readonly [K in keyof TargetState]?: TargetState[K] | undefined };

/**
 * State of all targets. Methods reject with HF6xxx errors; a corrupted record is moved aside and reported, never
 * silently reset. All writes are atomic, with mode 0600.
 */
export interface Store {
  /** Whether this process created this state: nothing is known of earlier runs. */
  readonly isNew: boolean;
  /** Whether this state was created in the CI job of this process: it may end with the job. */
  readonly isOfThisJob: boolean;
  /** Keyed hash of a text under the Store's own random key, hex: for comparisons over time without storing values. */
  hash(text: string): string;
  /**
   * Waits up to `waitMs` (0) for the lock. Rejects with HF6001 and the holder (owner, host, pid, since) if another
   * one has it, also in this process: a lock isn't re-entrant. Use `withTarget` (with-target.ts).
   */
  lock(target: string, owner: string, options?: LockOptions): Promise<Lease>;
  /** The current holder of the lock, as text. */
  holder(target: string): Promise<string | undefined>;
  read(target: string): Promise<TargetState>;
  /** Merges `patch` into the state. */
  update(target: string, patch: StatePatch): Promise<void>;

  /**
   * Reserves disk space for what the end of a transaction records, of which a backup takes `bytes`. It is released
   * as soon as the disk is full, and by `closeJournal`. Rejects with HF6004 if there isn't enough space.
   */
  reserve(target: string, bytes: number): Promise<void>;
  journal(target: string): Promise<Journal | undefined>;
  writeJournal(target: string, journal: Journal): Promise<void>;
  closeJournal(target: string): Promise<void>;

  /** Also writes the archive if there is a directory for archives; rejects if either couldn't be written. */
  saveBackup(backup: Omit<Backup, 'id' | 'sha256' | 'bytes'>): Promise<BackupRecord>;
  /** Adds a backup that was kept elsewhere under its own ID. */
  addBackup(backup: Backup): Promise<void>;
  /** The archives in the directory for archives, whoever wrote them; newest first. */
  listArchives(target: string): Promise<readonly BackupArchive[]>;
  /** Newest first. */
  listBackups(target: string): Promise<readonly BackupRecord[]>;
  readBackup(target: string, id: string): Promise<Backup>;
  pinBackup(target: string, id: string): Promise<void>;
  /** Damaged records that were moved aside and that nobody has handled yet. */
  damaged(target: string): Promise<readonly Problem[]>;
  /** Where a backup's raw file is, for a remedy that works without the API; undefined if it isn't a file. */
  backupFile(target: string, id: string): string | undefined;
  /** Where its archive is written; undefined if there is no directory for archives. */
  archiveOf(target: string, id: string): string | undefined;

  /** Gives the entry its place in the hash chain (history-chain.ts), also if several processes append at once. */
  appendHistory(target: string, entry: HistoryEntry): Promise<void>;
  /** Newest first. */
  history(target: string, limit?: number): Promise<readonly HistoryEntry[]>;
  /** All records of the history as they were written, oldest first, unsound ones included. */
  historyRecords(target: string): Promise<readonly string[]>;

  /** What notification channels were sent; empty if nothing is known. */
  notified(): Promise<NotifiedByChannel>;
  saveNotified(told: NotifiedByChannel): Promise<void>;

  /** The last rollout of the fleet; undefined if there was none. */
  rollout(): Promise<Rollout | undefined>;
  /**
   * Reads and writes the rollout as one step, also between processes, and resolves with what is recorded then.
   * `change` can be called several times. It returns the record that it got if nothing changes.
   */
  changeRollout(change: (rollout: Rollout | undefined) => Rollout | undefined): Promise<Rollout | undefined>;

  /** The checks of a daemon; the oldest are removed automatically. */
  appendLook(target: string, look: CheckRecord): Promise<void>;
  /** Newest first. */
  looks(target: string, limit?: number): Promise<readonly CheckRecord[]>;

  /** Writes the daemon's heartbeat, in place of the previous one; rejects if nothing can be written. */
  writeBeat(beat: Heartbeat): Promise<void>;

  /** Ends connections; nothing else can be called afterwards. */
  close(): Promise<void>;
}

/** A Store whose records can be copied to another one. */
export interface PortableStore extends Store {
  /** For people: the directory, or the database without its password. */
  readonly place: string;
  /** Hex. Records contain hashes under this key, so the copy needs it. */
  readonly hashKey: Sealed<string>;
  /** Replaces the records of the history by those of a Store with the same key, as they are. */
  replaceHistory(target: string, records: readonly string[]): Promise<void>;
}

/** The part of a Store that is about backups. */
export type BackupStore = Pick<
  Store,
  | 'saveBackup'
  | 'addBackup'
  | 'listArchives'
  | 'listBackups'
  | 'readBackup'
  | 'pinBackup'
  | 'backupFile'
  | 'archiveOf'
>;
