// Scales and ticks of the plot. Pure.
export function scaleOf(
  [from, to]: readonly [number, number],
  [low, high]: readonly [number, number],
): (value: number) => number {
  const slope = to === from ? 0 : (high - low) / (to - from);
  return (value) => Math.round((low + (value - from) * slope) * 10) / 10;
}

/** Zero and at most `count` round values up to `most`; the last one isn't above it. */
export function ticksOf(most: number, count: number): readonly number[] {
  const raw = Math.max(1, most / count);
  const power = 10 ** Math.floor(Math.log10(raw));
  const step = [1, 2, 5, 10].map((factor) => factor * power).find((one) => one >= raw) ?? raw;
  return Array.from({ length: Math.floor(most / step) + 1 }, (_, i) => i * step);
}

const MINUTE = 60_000;
const DAY = 1440 * MINUTE;
const STEPS = [1, 5, 15, 30, 60, 120, 180, 360, 720, 1440, 2880, 10_080, 40_320].map((step) => step * MINUTE);

export interface TimeTick {
  readonly at: number;
  readonly text: string;
}

/** At most `count` round times in local time, with the day where a day begins. */
export function timeTicks(start: number, end: number, count: number): readonly TimeTick[] {
  const step = STEPS.find((one) => (end - start) / one <= count) ?? (end - start) / count;
  const offset = new Date(end).getTimezoneOffset() * MINUTE;
  const ticks: TimeTick[] = [];
  for (let at = Math.ceil((start - offset) / step) * step + offset; at <= end; at += step)
    ticks.push({ at, text: (at - offset) % DAY === 0 || step >= DAY ? DATE.format(at) : TIME.format(at) });
  return ticks;
}

const TIME = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' });
const DATE = new Intl.DateTimeFormat(undefined, { day: 'numeric', month: 'short' });

/** The index of the nearest position. */
export function nearest(positions: readonly number[], to: number): number {
  let best = 0;
  for (const [i, position] of positions.entries())
    if (Math.abs(position - to) < Math.abs((positions[best] ?? Infinity) - to)) best = i;
  return best;
}
