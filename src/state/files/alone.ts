// Work on the records of one target as one step, also across processes. The lock is held for milliseconds.
import { join } from 'node:path';
import { lock as lockFile } from 'proper-lockfile';
import { explained } from './disk.ts';

export async function alone<T>(dir: string, work: () => Promise<T>): Promise<T> {
  const release = await explained(dir, () =>
    lockFile(join(dir, 'state'), {
      realpath: false,
      lockfilePath: join(dir, 'state.lock'),
      stale: 2500,
      retries: { retries: 60, minTimeout: 10, maxTimeout: 200, factor: 1.3 },
      onCompromised: () => undefined,
    }),
  );
  try {
    return await work();
  } finally {
    await release().catch(() => undefined);
  }
}
