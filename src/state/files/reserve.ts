// Disk space that an open transaction reserves, so that its end can be recorded even if the disk becomes full in the
// meantime.
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { orMissing, remove, writeNew } from './disk.ts';

/** A file takes whole blocks. */
const BLOCK = 4096;
/** Journal, history, records of two backups, and the growth of their directories. */
const RECORDS = 6 * BLOCK;

const fileIn = (dir: string): string => join(dir, 'reserve');
const inBlocks = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

/**
 * Reserves space for a backup of `bytes` and for writing the records in `dir` once more. Uses random bytes, because
 * a file system could compress others. Rejects with HF6004 and reserves nothing if there isn't enough space.
 */
export async function reserveIn(dir: string, bytes: number): Promise<void> {
  const state = (await stat(join(dir, 'state.json')).catch(orMissing))?.size ?? 0;
  const file = fileIn(dir);
  await remove(file);
  try {
    await writeNew(file, randomBytes(inBlocks(bytes) + inBlocks(state) + RECORDS));
  } catch (error) {
    await remove(file).catch(() => undefined);
    throw error;
  }
}

export async function freeReserve(dir: string): Promise<void> {
  await remove(fileIn(dir));
}

/** Does disk work; if the disk is full, repeats it in the reserved space. */
export async function withReserve<T>(dir: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!isFull(error) || !(await stat(fileIn(dir)).catch(() => undefined))) throw error;
    await freeReserve(dir);
    return work();
  }
}

const isFull = (error: unknown): boolean =>
  error instanceof HoldfastError && error.problems.some(({ code }) => code === 'HF6004');
