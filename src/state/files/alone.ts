// Work on the files of one directory as one step, also across processes. Each lock is held for milliseconds.
import { join } from 'node:path';
import { lock as lockFile, type LockOptions } from 'proper-lockfile';
import { explained } from './disk.ts';

type Retries = Exclude<LockOptions['retries'], number | undefined>;

/** `name`: of the file that is the lock. Rejects with what `work` rejects with, or if the lock can't be taken. */
export async function exclusively<T>(
  dir: string,
  name: string,
  retries: Retries,
  work: () => Promise<T>,
): Promise<T> {
  const lockfilePath = join(dir, name);
  const release = await explained(dir, () =>
    lockFile(lockfilePath, {
      realpath: false,
      lockfilePath,
      stale: 2500,
      retries,
      onCompromised: () => undefined,
    }),
  );
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}

/** Nobody else reads and writes these records meanwhile. */
export const alone = <T>(dir: string, work: () => Promise<T>): Promise<T> =>
  exclusively(dir, 'state.lock', { retries: 60, minTimeout: 10, maxTimeout: 200, factor: 1.3 }, work);
