// Files of the Store on disk: atomic, synced, readable only by the owner, with errors that a user can act on. Knows
// no records.
import { randomBytes } from 'node:crypto';
import { constants } from 'node:fs';
import { mkdir, open, readFile, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';

export const DIR_MODE = 0o700;
export const FILE_MODE = 0o600;

/**
 * Replaces a file as a whole: after a crash, and on a full disk, it has either the old or the new text. A partly
 * written file, which a disk that just became full reports as a success, never replaces it.
 */
export async function writeWhole(file: string, text: string | Uint8Array): Promise<void> {
  await explained(file, () => replace(file, text, FILE_MODE));
}

/** The same for a user's file: replaces what a link leads to, not the link. Rejects as the file system does. */
export async function replaceFile(file: string, text: string, mode: number): Promise<void> {
  await replace(await realpath(file).catch(() => file), text, mode);
}

async function replace(file: string, text: string | Uint8Array, mode: number): Promise<void> {
  const made = join(dirname(file), `.${basename(file)}.${randomBytes(6).toString('hex')}`);
  try {
    await create(made, text, mode);
    await rename(made, file);
  } catch (error) {
    await rm(made, { force: true });
    throw error;
  }
  await syncDirectory(dirname(file));
}

/** A file that is written whole and not in its place yet. */
export interface Staged {
  /** Puts it in its place. */
  readonly place: () => Promise<void>;
  readonly discard: () => Promise<void>;
}

/** Writes a user's file beside its place; what a link leads to is replaced, not the link. Rejects as the file system does. */
export async function stage(file: string, text: string, mode: number): Promise<Staged> {
  const real = await realpath(file).catch(() => file);
  const made = join(dirname(real), `.${basename(real)}.${randomBytes(6).toString('hex')}`);
  const discard = (): Promise<void> => rm(made, { force: true });
  try {
    await create(made, text, mode);
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    place: async () => {
      await rename(made, real);
      await syncDirectory(dirname(real));
    },
    discard,
  };
}

/** Writes a file that nobody reads yet: inside a directory that is renamed into place afterwards. */
export async function writeNew(file: string, text: string | Uint8Array): Promise<void> {
  await explained(file, () => create(file, text, FILE_MODE));
}

async function create(file: string, text: string | Uint8Array, mode: number): Promise<void> {
  const handle = await open(file, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, mode);
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Undefined if there is no such file. */
export async function readText(file: string): Promise<string | undefined> {
  return explained(file, () => readFile(file, 'utf8').catch(orMissing));
}

/** Removes a file or a directory with everything in it; it may not exist. */
export async function remove(path: string): Promise<void> {
  await explained(path, () => rm(path, { recursive: true, force: true }));
}

export async function makeDirectory(dir: string): Promise<void> {
  await explained(dir, () => mkdir(dir, { recursive: true, mode: DIR_MODE }));
}

/** A typing error in a setting must not create a tree of directories. */
export async function requireParent(dir: string): Promise<void> {
  const parent = await explained(dir, () => stat(dirname(dir)).catch(orMissing));
  if (!parent) throw fail('HF6003', `${dirname(dir)} doesn't exist, so ${dir} wasn't created`);
}

/** Makes a rename or a new name durable. Not every file system can. */
export async function syncDirectory(dir: string): Promise<void> {
  const handle = await open(dir, 'r').catch(() => undefined);
  await handle?.sync().catch(() => undefined);
  await handle?.close();
}

/** For `catch`: a missing file is undefined, everything else stays an error. */
export function orMissing(error: unknown): undefined {
  if (errorCode(error) === 'ENOENT') return undefined;
  throw error;
}

export function errorCode(error: unknown): string | undefined {
  const { code } = error as { code?: unknown };
  return typeof code === 'string' ? code : undefined;
}

/** Runs disk work; failures of the disk become HF6003, or HF6004 if it is full. */
export async function explained<T>(file: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw explain(file, error);
  }
}

function explain(file: string, error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof HoldfastError || code === undefined || !/^E[A-Z]+$/.test(code)) return error;
  if (code === 'ENOSPC' || code === 'EDQUOT')
    return fail('HF6004', `${file} couldn't be written: no space left`, {}, { cause: error });
  return fail('HF6003', `${file}: ${WORDS[code] ?? code}`, {}, { cause: error });
}

const WORDS: Readonly<Record<string, string>> = {
  EACCES: 'permission denied',
  EPERM: 'permission denied',
  EROFS: 'the file system is read-only',
  ENOTDIR: "part of the path isn't a directory",
  EEXIST: 'another kind of file is in its place',
  ENOENT: "it's missing",
  EISDIR: "it's a directory",
};
