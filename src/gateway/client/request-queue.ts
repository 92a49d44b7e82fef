// One request at a time for one gateway, from everything in this process. Other processes are kept out by the lock of
// the Store, which this file does not know.

const lines = new Map<string, Promise<unknown>>();

/** Runs `work` after everything that was lined up for `gateway` before it, whether that succeeded or not. */
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
