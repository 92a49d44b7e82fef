// How long a piece of work takes by the clock.

/** ms. */
export async function elapsed(work: () => unknown): Promise<number> {
  const begun = performance.now();
  await work();
  return performance.now() - begun;
}
