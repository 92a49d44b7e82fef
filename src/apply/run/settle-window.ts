// How long a gateway needs after a write until a reading is reliable (design §10.6). Pure arithmetic, in ms.

const BASE = 150;
const FACTOR = 10;
export const SHORTEST_WINDOW = 250;
export const LONGEST_WINDOW = 30_000;
const REMEMBERED = 5;

/**
 * The settle window: the watcher's debounce (C v0 §6.3) plus ten times the slowest of the last write responses,
 * minus their authentication cost, because a bcrypt doesn't show how long a reload takes.
 */
export function settleWindow(writeMs: readonly number[], authenticationMs: number): number {
  const slowest = Math.max(0, ...writeMs.map((ms) => ms - authenticationMs));
  return bounded(BASE + FACTOR * slowest);
}

/** The window after a disagreement. */
export function doubled(window: number): number {
  return bounded(2 * window);
}

function bounded(window: number): number {
  return Math.min(LONGEST_WINDOW, Math.max(SHORTEST_WINDOW, Math.round(window)));
}

/** The last write responses and a new one, newest last. */
export function withWrite(writeMs: readonly number[], ms: number): readonly number[] {
  return [...writeMs, ms].slice(-REMEMBERED);
}
