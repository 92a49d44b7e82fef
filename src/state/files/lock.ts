// Exclusive use of one target across processes: a lock directory whose time is renewed (proper-lockfile), and a note
// next to it that identifies the holder. Times here are the file system's, so they are real.
import * as nodeFs from 'node:fs';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { lock as lockFile } from 'proper-lockfile';
import { exclusively } from './alone.ts';
import { errorCode, explained, orMissing, writeWhole } from './disk.ts';
import { type Holder, holderNow, holderText, inUse, isDead, SOMEBODY } from '../holder.ts';
import type { Lease } from '../store.ts';

const POLL_MS = 100;

export interface AcquireOptions {
  readonly leaseMs: number;
  readonly waitMs: number;
  /** Called once with the holder before the wait. */
  readonly waiting?: (holder: string) => void;
  /** Renews the lock. */
  readonly utimes?: typeof nodeFs.utimes;
}

/** What happened to a lock since it was taken. */
interface Hold {
  /** Released, or taken over by another process. */
  lost: boolean;
  /** The disk refuses a new time: it is full, read-only, or no longer ours. */
  unrenewable: boolean;
}

/** Locks of this process that were released but whose directory couldn't be removed. */
const letGo = new Set<string>();

/** Waits up to `waitMs` for the lock in `dir`. Rejects with HF6001 naming the holder. */
export async function acquire(
  dir: string,
  target: string,
  owner: string,
  options: AcquireOptions,
): Promise<Lease> {
  const patience = Date.now() + options.waitMs;
  for (let look = 1; ; look += 1) {
    const lease = await explained(dir, () => guarded(dir, () => tryAcquire(dir, owner, options)));
    if (lease) return lease;
    const holder = await holderInWords(dir);
    if (Date.now() >= patience) throw inUse(target, holder);
    if (look === 1) options.waiting?.(holder ?? SOMEBODY);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** Only one process at a time can examine a lock and take it, so that two never take over the same dead one. */
const guarded = <T>(dir: string, work: () => Promise<T>): Promise<T> =>
  exclusively(dir, 'lock.guard', { retries: 40, minTimeout: 25, maxTimeout: 100, factor: 1.2 }, work);

/**
 * Under the guard. If a lock has no note, its holder died before it wrote one, because it would do that under the
 * guard.
 */
async function tryAcquire(
  dir: string,
  owner: string,
  { leaseMs, utimes = nodeFs.utimes }: AcquireOptions,
): Promise<Lease | undefined> {
  const lockDir = join(dir, 'lock');
  const former = await holderOf(dir);
  if (!former || isDead(former) || letGo.has(former.token))
    await rm(lockDir, { recursive: true, force: true });
  // The note of a lock that was released must not name the holder of the next one, who may die before writing one.
  if (!existsSync(lockDir)) await rm(noteOf(dir), { force: true });
  const hold: Hold = { lost: false, unrenewable: false };
  const release = await lockFile(join(dir, 'target'), {
    realpath: false,
    lockfilePath: lockDir,
    stale: leaseMs,
    update: Math.min(leaseMs / 4, 5000),
    fs: { ...nodeFs, utimes: noting(utimes, hold) },
    onCompromised: () => {
      hold.lost = !hold.unrenewable;
    },
  }).catch((error: unknown) => {
    if (errorCode(error) === 'ELOCKED') return undefined;
    throw error;
  });
  if (!release) return undefined;
  const holder = holderNow(owner);
  try {
    await writeWhole(noteOf(dir), JSON.stringify(holder));
  } catch (error) {
    await release().catch(() => undefined); // this process would renew a lock without a note forever
    throw error;
  }
  if (former) letGo.delete(former.token);
  return leaseOf(dir, holder, leaseMs, hold, release);
}

/** Records whether the disk accepts the time that renews a lock. */
function noting(utimes: typeof nodeFs.utimes, hold: Hold): typeof nodeFs.utimes {
  const noted = (
    path: nodeFs.PathLike,
    atime: nodeFs.TimeLike,
    mtime: nodeFs.TimeLike,
    done: nodeFs.NoParamCallback,
  ) =>
    utimes(path, atime, mtime, (error) => {
      hold.unrenewable = error !== null && REFUSALS.has(error.code ?? '');
      done(error);
    });
  return Object.assign(noted, { __promisify__: utimes.__promisify__ });
}

const REFUSALS = new Set(['EROFS', 'ENOSPC', 'EDQUOT', 'EACCES', 'EPERM', 'EIO']);

function leaseOf(
  dir: string,
  holder: Holder,
  leaseMs: number,
  hold: Hold,
  release: () => Promise<void>,
): Lease {
  return {
    remainingMs() {
      if (hold.lost || noteSync(dir)?.token !== holder.token) return 0;
      // Another process that takes it over writes its own note: until then the work finishes, whatever the disk
      // reports.
      if (hold.unrenewable) return leaseMs;
      return Math.max(0, lockTime(dir) + leaseMs - Date.now());
    },
    async release() {
      if (hold.lost) return;
      hold.lost = true;
      // Under the guard nobody takes the lock over between the question whose it is and its removal. A disk that is
      // full refuses the guard and still lets the lock go.
      const letGoOfIt = (): Promise<void> => releaseOwn(dir, holder, release);
      await guarded(dir, letGoOfIt).catch(letGoOfIt);
    },
  };
}

/** A lock that another process took over in the meantime is theirs and stays. The note stays: without a lock, it has no meaning. */
async function releaseOwn(dir: string, holder: Holder, release: () => Promise<void>): Promise<void> {
  if (noteSync(dir)?.token !== holder.token) return;
  await release().catch(() => letGo.add(holder.token));
}

function lockTime(dir: string): number {
  try {
    return statSync(join(dir, 'lock')).mtimeMs;
  } catch {
    return 0;
  }
}

const noteOf = (dir: string): string => join(dir, 'holder.json');

function noteSync(dir: string): Holder | undefined {
  try {
    return parseHolder(readFileSync(noteOf(dir), 'utf8'));
  } catch {
    return undefined;
  }
}

async function holderOf(dir: string): Promise<Holder | undefined> {
  return parseHolder(await readFile(noteOf(dir), 'utf8').catch(orMissing));
}

function parseHolder(text: string | undefined): Holder | undefined {
  if (text === undefined) return undefined;
  try {
    return JSON.parse(text) as Holder;
  } catch {
    return undefined;
  }
}

/** The holder of the lock in `dir`, as text; undefined: nobody. */
export async function holderInWords(dir: string): Promise<string | undefined> {
  const holder = await holderOf(dir);
  if (lockTime(dir) === 0 || !holder || isDead(holder)) return undefined;
  return holderText(holder);
}
