// Work on many things, few of them at a time.

/** Each of them waits for the queue of its target, and the daemon works on all targets at once. */
const AT_ONCE = 4;

/** In the order of `items`. */
export async function eachOf<T, R>(
  items: readonly T[],
  work: (item: T, at: number) => Promise<R>,
): Promise<R[]> {
  const results = new Map<number, R>();
  const left = items.entries();
  const one = async (): Promise<void> => {
    for (const [at, item] of left) results.set(at, await work(item, at));
  };
  await Promise.all(Array.from({ length: AT_ONCE }, one));
  return [...results].toSorted(([a], [b]) => a - b).map(([, result]) => result);
}
