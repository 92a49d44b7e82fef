// The Store in a directory: a directory a target, one JSON file a record, everything atomic, 0600 and synced to disk.
//
//   .gitignore  key  job  store.json  told.json  rollout.json  beat.json
//   targets/NAME/  state.json  journal.json  reserve  history.jsonl  looks.jsonl  holder.json  lock/
//                  backups/ID/{config.yaml,config.json,record.json}
import { createHmac, randomBytes } from 'node:crypto';
import { link, rm } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Clock } from '../../domain/clock.ts';
import { fail } from '../../domain/problem/problem.ts';
import { type Sealed, seal } from '../../domain/secret.ts';
import type { Rollout } from '../../domain/state/rollout.ts';
import type { Journal, NotifiedByChannel } from '../../domain/state/state.ts';
import { alone } from './alone.ts';
import type { ArchiveDirectory } from './archive.ts';
import { backupStore } from './backup-store.ts';
import { KEEP, type Keep } from '../backup-rules.ts';
import { writeBeat } from './heartbeat.ts';
import {
  errorCode,
  explained,
  makeDirectory,
  readText,
  remove,
  requireParent,
  syncDirectory,
  writeNew,
  writeWhole,
} from './disk.ts';
import { historyIn } from './history-log.ts';
import { appendLine, type Bounds, readLines } from './line-log.ts';
import { acquire, holderInWords } from './lock.ts';
import { directoryName } from './names.ts';
import { damagedIn, recordsOf, writeRecord } from './records.ts';
import { freeReserve, reserveIn, withReserve } from './reserve.ts';
import { isJournal, isLook, isRollout, isTargetState, isTold } from '../record-schema.ts';
import type { PortableStore, Store, TargetState } from '../store.ts';

export interface FileStoreOptions {
  /** Created if it is missing, unless its parent is missing too. */
  readonly dir: string;
  readonly clock: Clock;
  /** ms after which the lock of an inactive holder expires. 60 s, at least 2 s. */
  readonly leaseMs?: number;
  /** Backups kept besides the pinned ones. 30 of distinct content, none older than 90 days. */
  readonly keep?: Keep;
  /** Where each backup is also written as one file. */
  readonly backups?: ArchiveDirectory;
  /** The CI job of this process. */
  readonly job?: string;
  /** The key of hashes for a new state that gets the records of another one: of `PortableStore.hashKey`. */
  readonly hashKey?: Sealed<string>;
}

const FORMAT = 1;
const LEASE_MS = 60_000;
/** Two weeks of a check every five minutes. */
const LOOKS: Bounds = { bytes: 1024 * 1024, kept: 4032 };

/** Rejects with HF6003 if the directory can't be used, HF6008 if a newer version wrote it. */
export async function openFileStore(options: FileStoreOptions): Promise<PortableStore> {
  const dir = resolve(options.dir);
  const { clock, leaseMs = LEASE_MS, keep = KEEP, job } = options;
  const { key, isNew, madeIn } = await openDirectory(dir, clock, job, options.hashKey);
  const hash = (text: string): string => createHmac('sha256', key).update(text).digest('hex');
  const home = (target: string): string => join(dir, 'targets', directoryName(target));
  const stateFile = (target: string): string => join(home(target), 'state.json');
  const states = recordsOf(isTargetState);
  const journals = journalsIn(home, clock);
  const read = async (target: string): Promise<TargetState> =>
    ((await states.read(stateFile(target), clock.now())) ?? {}) as TargetState;

  return {
    place: dir,
    hashKey: seal(key),
    isNew,
    isOfThisJob: job !== undefined && madeIn === job,
    hash,
    async lock(target, owner, { waitMs = 0, waiting } = {}) {
      return withReserve(home(target), async () => {
        await makeDirectory(home(target));
        return acquire(home(target), target, owner, { leaseMs, waitMs, ...(waiting && { waiting }) });
      });
    },
    holder: (target) => holderInWords(home(target)),
    read,
    async update(target, patch) {
      await withReserve(home(target), async () => {
        await makeDirectory(home(target));
        await alone(home(target), () => states.change(stateFile(target), clock.now(), patch));
      });
    },
    ...journals,
    ...backupStore({ home, clock, keep, hash, journal: journals.journal, archives: options.backups }),
    damaged: (target) => damagedIn(home(target)),
    ...historyIn({
      home,
      hash,
      read,
      nameHead: (target, historyHead) => states.change(stateFile(target), clock.now(), { historyHead }),
    }),
    ...checksIn(home),
    ...notifiedIn(join(dir, 'told.json'), clock),
    ...rolloutIn(dir, clock),
    writeBeat: (beat) => writeBeat(dir, beat),
    close: async () => undefined,
  };
}

/** The open transaction of a target, and the space that its end needs. */
function journalsIn(
  home: (target: string) => string,
  clock: Clock,
): Pick<Store, 'reserve' | 'journal' | 'writeJournal' | 'closeJournal'> {
  const records = recordsOf(isJournal);
  const fileOf = (target: string): string => join(home(target), 'journal.json');
  return {
    async reserve(target, bytes) {
      await makeDirectory(home(target));
      await reserveIn(home(target), bytes);
    },
    journal: async (target) => (await records.read(fileOf(target), clock.now())) as Journal | undefined, // as `isJournal` asks for
    async writeJournal(target, record) {
      await withReserve(home(target), async () => {
        await makeDirectory(home(target));
        await writeRecord(fileOf(target), record);
      });
    },
    async closeJournal(target) {
      await remove(fileOf(target));
      await freeReserve(home(target)).catch(() => undefined);
      await syncDirectory(home(target));
    },
  };
}

/** What each channel was told last. */
function notifiedIn(file: string, clock: Clock): Pick<Store, 'notified' | 'saveNotified'> {
  const notes = recordsOf(isTold);
  return {
    async notified() {
      return ((await notes.read(file, clock.now())) ?? {}) as NotifiedByChannel; // as `isTold` asks for
    },
    saveNotified: (told) => writeRecord(file, told),
  };
}

function rolloutIn(dir: string, clock: Clock): Pick<Store, 'rollout' | 'changeRollout'> {
  const file = join(dir, 'rollout.json');
  const records = recordsOf(isRollout);
  const rollout: Store['rollout'] = async () =>
    (await records.read(file, clock.now())) as Rollout | undefined; // as `isRollout` asks for
  return {
    rollout,
    changeRollout: (change) =>
      alone(dir, async () => {
        const before = await rollout();
        const next = change(before);
        if (next && next !== before) await writeRecord(file, next);
        return next;
      }),
  };
}

/** The results of checks. */
function checksIn(home: (target: string) => string): Pick<Store, 'appendLook' | 'looks'> {
  return {
    async appendLook(target, look) {
      await makeDirectory(home(target));
      await appendLine(join(home(target), 'looks.jsonl'), JSON.stringify(look), LOOKS);
    },
    looks: (target, limit = LOOKS.kept) => readLines(join(home(target), 'looks.jsonl'), limit, isLook),
  };
}

interface Opened {
  readonly key: string;
  readonly isNew: boolean;
  readonly madeIn?: string | undefined;
}

async function openDirectory(
  dir: string,
  clock: Clock,
  job: string | undefined,
  hashKey: Sealed<string> | undefined,
): Promise<Opened> {
  await refuseNewer(dir);
  const known = await readText(join(dir, 'key'));
  if (known !== undefined)
    return { key: checkedKey(dir, known), isNew: false, madeIn: await readText(join(dir, 'job')) };
  await requireParent(dir);
  await makeDirectory(dir);
  await writeWhole(
    join(dir, '.gitignore'),
    "# Backups and hashes of this machine. Don't add them to a repository.\n*\n",
  );
  const made = await makeKey(dir, hashKey?.open() ?? randomBytes(32).toString('hex'));
  if (!made.isNew) return made;
  await writeRecord(join(dir, 'store.json'), { format: FORMAT, createdAt: clock.now() });
  if (job !== undefined) await writeWhole(join(dir, 'job'), job);
  return { ...made, madeIn: job };
}

async function refuseNewer(dir: string): Promise<void> {
  const text = await readText(join(dir, 'store.json'));
  const format = /"format":\s*(\d+)/.exec(text ?? '')?.[1];
  if (format !== undefined && Number(format) > FORMAT)
    throw fail('HF6008', `${dir} has format ${format}; this version knows ${FORMAT}`);
}

/** If two processes start at once, one creates the key and the other uses it. */
async function makeKey(dir: string, key: string): Promise<{ readonly key: string; readonly isNew: boolean }> {
  const file = join(dir, 'key');
  const made = join(dir, `.key-${randomBytes(6).toString('hex')}`);
  await writeNew(made, `${key}\n`);
  try {
    await link(made, file);
    await syncDirectory(dir);
    return { key, isNew: true };
  } catch (error) {
    if (errorCode(error) !== 'EEXIST') return await explained(file, () => Promise.reject(error));
    return { key: checkedKey(dir, (await readText(file)) ?? ''), isNew: false };
  } finally {
    await rm(made, { force: true });
  }
}

function checkedKey(dir: string, text: string): string {
  const key = text.trim();
  if (/^[0-9a-f]{64}$/.test(key)) return key;
  throw fail('HF6003', `${join(dir, 'key')} is damaged`, {
    remedy:
      'Move the state directory to another place and start with a new one. You can still read the backups there.',
  });
}
