// Room on the disk that an open transaction holds back, so that its end can be recorded although the disk filled up
// meanwhile.
import { randomBytes } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HoldfastError } from '../../domain/problem/problem.ts';
import { orMissing, remove, writeNew } from './disk.ts';

/** A file takes whole blocks. */
const BLOCK = 4096;
/** Journal, history, records of two backups, and what their directories may grow by. */
const RECORDS = 6 * BLOCK;

const fileIn = (dir: string): string => join(dir, 'reserve');
const inBlocks = (bytes: number): number => Math.ceil(bytes / BLOCK) * BLOCK;

/**
 * Room for a backup of `bytes` and for the records in `dir` to be written once more. Random bytes: a file system may
 * compress others away. Rejects with HF6004, and takes nothing, where there is not so much.
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

/** Does disk work; where the disk is full, once more in the room that was held back. */
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
