import { afterEach, describe, expect, test } from '@jest/globals';
import { mkdir, mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import type { NoParamCallback, PathLike, TimeLike } from 'node:fs';
import { utimes as utimesOf } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HoldfastError } from '../../src/domain/problem/problem.ts';
import { explained } from '../../src/state/files/disk.ts';
import { acquire } from '../../src/state/files/lock.ts';
import { freeReserve, reserveIn, withReserve } from '../../src/state/files/reserve.ts';
import { PATIENT_MS } from './conformance.ts';

const made: string[] = [];
afterEach(async () => {
  for (const dir of made.splice(0)) await rm(dir, { recursive: true, force: true });
});

async function directory(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-reserve-'));
  made.push(dir);
  return dir;
}

const refused = (code: string): Promise<never> =>
  explained('a file', () => Promise.reject(Object.assign(new Error(code), { code })));

describe('reserved space', () => {
  test('is as large as a backup, the state and the records, in whole blocks', async () => {
    const dir = await directory();
    await reserveIn(dir, 100);
    const small = (await stat(join(dir, 'reserve'))).size;
    expect(small % 4096).toBe(0);
    await writeFile(join(dir, 'state.json'), 'x'.repeat(5000));
    await reserveIn(dir, 5000);
    expect((await stat(join(dir, 'reserve'))).size).toBe(small + 4096 + 8192);
  });

  for (const code of ['ENOSPC', 'EDQUOT'])
    test(`is released if the disk reports ${code}, and the work is repeated`, async () => {
      const dir = await directory();
      await reserveIn(dir, 100);
      let calls = 0;
      const work = async (): Promise<string> => {
        calls += 1;
        return calls === 1 ? refused(code) : 'done';
      };
      expect(await withReserve(dir, work)).toBe('done');
      expect(await readdir(dir)).toEqual([]);
    });

  test('does not help if the disk accepts nothing, and is kept', async () => {
    const dir = await directory();
    await reserveIn(dir, 100);
    await expect(withReserve(dir, () => refused('EROFS'))).rejects.toThrow(HoldfastError);
    expect(await readdir(dir)).toEqual(['reserve']);
    await freeReserve(dir);
    await expect(withReserve(dir, () => refused('ENOSPC'))).rejects.toThrow('HF6004');
  });
});

describe("a lock that can't be renewed", () => {
  /** Refuses to renew the lock, from the first renewal on. */
  function refusing(code: string): { readonly utimes: typeof utimesOf; readonly seen: Promise<void> } {
    const { promise, resolve } = Promise.withResolvers<void>();
    let calls = 0;
    const utimes = (path: PathLike, at: TimeLike, to: TimeLike, done: NoParamCallback): void => {
      calls += 1;
      if (calls === 1) return utimesOf(path, at, to, done); // finds out how exact the file system's times are
      done(Object.assign(new Error(code), { code }));
      resolve();
    };
    return { utimes: Object.assign(utimes, { __promisify__: utimesOf.__promisify__ }), seen: promise };
  }

  test('lasts until another process takes it, whatever the disk reports', async () => {
    const judge = async (code: string): Promise<void> => {
      const dir = await directory();
      const { utimes, seen } = refusing(code);
      const lease = await acquire(dir, 'home', 'first', { leaseMs: 2000, waitMs: 0, utimes });
      await seen;
      expect(lease.remainingMs()).toBe(2000);
      const other = await acquire(dir, 'home', 'second', { leaseMs: 2000, waitMs: PATIENT_MS });
      expect(lease.remainingMs()).toBe(0);
      await lease.release();
      expect(await readdir(dir)).toContain('lock'); // theirs stays
      await other.release();
      expect(await readdir(dir)).not.toContain('lock');
    };
    await Promise.all(['ENOSPC', 'EDQUOT', 'EROFS', 'EACCES'].map(judge));
  });

  test("is released if its note can't be written", async () => {
    const dir = await directory();
    const options = { leaseMs: 60_000, waitMs: 0 };
    await mkdir(join(dir, 'holder.json'));
    await expect(acquire(dir, 'home', 'first', options)).rejects.toThrow('HF6003');
    await rm(join(dir, 'holder.json'), { recursive: true });
    const lease = await acquire(dir, 'home', 'second', options);
    expect(lease.remainingMs()).toBeGreaterThan(0);
    await lease.release();
  });
});
