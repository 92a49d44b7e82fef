// How long a gateway needs after a write until a reading is reliable (design §10.6). Pure arithmetic, in ms.

const BASE = 150;
const FACTOR = 10;
export const SHORTEST_WINDOW = 250;
export const LONGEST_WINDOW = 30_000;
const REMEMBERED = 5;
const CALM = 5;

/** A reload that came after the window: the time (ms) that it needed at most, and how many were in time since. */
export interface LateReload {
  readonly ms: number;
  readonly calm: number;
}

/**
 * The settle window: the watcher's debounce (C v0 §6.3) plus ten times the slowest of the last write responses,
 * minus their authentication cost, because a bcrypt doesn't show how long a reload takes. Never shorter than what a
 * reload of this gateway was seen to need.
 *
 * What was seen makes it longer, never shorter: a field write of a large file starts two reloads, every visible effect
 * shows in the first third of the first, and nothing visible marks the end of the second (docs/decisions/0017-settle-windows-only-grow.md).
 */
export function settleWindow(
  writeMs: readonly number[],
  authenticationMs: number,
  late?: LateReload,
): number {
  const slowest = Math.max(0, ...writeMs.map((ms) => ms - authenticationMs));
  return bounded(Math.max(BASE + FACTOR * slowest, late?.ms ?? 0));
}

/** After a gateway was right only `ms` after a write, at a later look than the first. */
export function afterLateReload(known: LateReload | undefined, ms: number): LateReload {
  return { ms: bounded(Math.max(ms, known?.ms ?? 0)), calm: 0 };
}

/** After a gateway was right at the first look. Five in a row halve what was seen, until the usual window is enough. */
export function afterReload(known: LateReload | undefined): LateReload | undefined {
  if (!known) return undefined;
  if (known.calm + 1 < CALM) return { ms: known.ms, calm: known.calm + 1 };
  return known.ms / 2 <= SHORTEST_WINDOW ? undefined : { ms: bounded(known.ms / 2), calm: 0 };
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
