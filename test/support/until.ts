// Waits for a state, however long a busy machine takes to reach it. The deadline of the test is the real bound; the
// bound here is only there to say what was seen instead.

const LONGEST_MS = 110_000;
const GAP_MS = 10;

/** Resolves when `holds` is true. `tell` says what there is instead, for the error. */
export async function until(
  holds: () => boolean | Promise<boolean>,
  tell: () => unknown = () => holds.toString(),
): Promise<void> {
  const start = performance.now();
  while (!(await holds())) {
    if (performance.now() - start > LONGEST_MS) throw new Error(`not reached: ${JSON.stringify(tell())}`);
    await pause(GAP_MS);
  }
}

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
