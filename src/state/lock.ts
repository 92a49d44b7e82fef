// Exclusive use of one target across processes: a lock directory whose time is renewed (proper-lockfile), and a note
// beside it that says who holds it. Times here are the file system's, so they are real ones.
import { readFileSync, readlinkSync, statSync } from 'node:fs';
import { readFile, rm } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { randomUUID } from 'node:crypto';
import { lock as lockFile } from 'proper-lockfile';
import { fail } from '../nouns/problem.ts';
import { errorCode, explained, orMissing, writeWhole } from './disk.ts';
import type { Lease } from './store.ts';

interface Holder {
  readonly token: string;
  readonly owner: string;
  readonly host: string;
  /** Host, boot and process namespace: where a process number means one process. */
  readonly machine: string;
  readonly pid: number;
  /** ISO 8601. */
  readonly since: string;
}

const POLL_MS = 100;

/** Waits up to `waitMs` for the lock in `dir`. Rejects with HF6001 naming the holder. */
export async function acquire(
  dir: string,
  target: string,
  owner: string,
  options: { readonly leaseMs: number; readonly waitMs: number },
): Promise<Lease> {
  const patience = Date.now() + options.waitMs;
  for (;;) {
    const lease = await explained(dir, () => guarded(dir, () => tryAcquire(dir, owner, options.leaseMs)));
    if (lease) return lease;
    if (Date.now() >= patience) throw await lockedBy(dir, target);
    await new Promise((resolve) => setTimeout(resolve, POLL_MS));
  }
}

/** One at a time may look at a lock and take it, so that two never take over the same dead one. */
async function guarded<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const release = await lockFile(join(dir, 'guard'), {
    realpath: false,
    lockfilePath: join(dir, 'lock.guard'),
    stale: 2500,
    retries: { retries: 40, minTimeout: 25, maxTimeout: 100, factor: 1.2 },
    onCompromised: () => undefined,
  });
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}

/** Under the guard. A lock without a note is one whose taker died before it wrote one: it would do so under the guard. */
async function tryAcquire(dir: string, owner: string, leaseMs: number): Promise<Lease | undefined> {
  const lockDir = join(dir, 'lock');
  const former = await holderOf(dir);
  if (!former || isDead(former)) await rm(lockDir, { recursive: true, force: true });
  const state = { lost: false };
  const release = await lockFile(join(dir, 'target'), {
    realpath: false,
    lockfilePath: lockDir,
    stale: leaseMs,
    update: Math.min(leaseMs / 4, 5000),
    onCompromised: () => {
      state.lost = true;
    },
  }).catch((error: unknown) => {
    if (errorCode(error) === 'ELOCKED') return undefined;
    throw error;
  });
  if (!release) return undefined;
  const holder = self(owner);
  await writeWhole(noteOf(dir), JSON.stringify(holder));
  return leaseOf(dir, holder, leaseMs, state, release);
}

function leaseOf(
  dir: string,
  holder: Holder,
  leaseMs: number,
  state: { lost: boolean },
  release: () => Promise<void>,
): Lease {
  return {
    remainingMs() {
      if (state.lost || noteSync(dir)?.token !== holder.token) return 0;
      return Math.max(0, lockTime(dir) + leaseMs - Date.now());
    },
    async release() {
      if (state.lost) return;
      state.lost = true;
      await release().catch(() => undefined); // the note stays: without a lock it says nothing
    },
  };
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

/** Who holds the lock in `dir`, in words; undefined: nobody. */
export async function holderInWords(dir: string): Promise<string | undefined> {
  const holder = await holderOf(dir);
  if (lockTime(dir) === 0 || !holder || isDead(holder)) return undefined;
  return `${holder.owner} (process ${holder.pid} on ${holder.host}, since ${holder.since})`;
}

async function lockedBy(dir: string, target: string): Promise<Error> {
  const holder = (await holderInWords(dir)) ?? 'another process';
  return fail('HF6001', `${target} is in use by ${holder}`, { target });
}

/** Surely dead: a process of this very machine that is gone. Of others only the lease can tell. */
function isDead(holder: Holder): boolean {
  if (holder.machine !== MACHINE || holder.pid === process.pid) return false;
  try {
    process.kill(holder.pid, 0);
    return false;
  } catch (error) {
    return errorCode(error) === 'ESRCH';
  }
}

function self(owner: string): Holder {
  return {
    token: randomUUID(),
    owner,
    host: hostname(),
    machine: MACHINE,
    pid: process.pid,
    since: new Date().toISOString(),
  };
}

const MACHINE = [hostname(), bootId(), processNamespace()].join(' ');

function bootId(): string {
  try {
    return readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
  } catch {
    return '';
  }
}

/** Two containers can share a host name and use the same process numbers. */
function processNamespace(): string {
  try {
    return readlinkSync('/proc/self/ns/pid');
  } catch {
    return '';
  }
}
