// One request at a time per gateway, for everything in this process. The lock of the Store, which this file doesn't
// know, excludes other processes.

const lines = new Map<string, Promise<unknown>>();

/** Runs `work` after all earlier work for `gateway`, whether that succeeded or not. */
export async function queued<T>(gateway: string, work: () => Promise<T>): Promise<T> {
  const before = lines.get(gateway) ?? Promise.resolve();
  const turn = before.then(work, work);
  lines.set(gateway, turn);
  try {
    return await turn;
  } finally {
    if (lines.get(gateway) === turn) lines.delete(gateway);
  }
}
