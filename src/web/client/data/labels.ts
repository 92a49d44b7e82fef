// Times, durations, sizes and digests for people. Pure.
const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** `42 s`, `5 min`, `3 h`, `2 d`: only the largest unit. */
function span(ms: number): string {
  if (ms < MINUTE) return `${Math.max(1, Math.round(ms / SECOND))} s`;
  if (ms < HOUR) return `${Math.round(ms / MINUTE)} min`;
  if (ms < 2 * DAY) return `${Math.round(ms / HOUR)} h`;
  return `${Math.round(ms / DAY)} d`;
}

export function ago(at: number, now: number): string {
  return now - at < 5 * SECOND ? 'just now' : `${span(now - at)} ago`;
}

/** `due` once it is over. */
export function until(at: number, now: number): string {
  return at <= now ? 'due' : `in ${span(at - now)}`;
}

export function duration(ms: number): string {
  if (ms < SECOND) return `${Math.round(ms)} ms`;
  if (ms < MINUTE) return `${(ms / SECOND).toFixed(1)} s`;
  return `${Math.floor(ms / MINUTE)} min ${Math.round((ms % MINUTE) / SECOND)} s`;
}

const EXACT = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'medium' });
const MOMENT = new Intl.DateTimeFormat(undefined, {
  day: 'numeric',
  month: 'short',
  hour: '2-digit',
  minute: '2-digit',
  second: '2-digit',
});
const CLOCK = new Intl.DateTimeFormat(undefined, { timeStyle: 'short' });

export const exact = (at: number): string => EXACT.format(at);
/** Without the year, for lists of recent times. */
export const moment = (at: number): string => MOMENT.format(at);
export const clockTime = (at: number): string => CLOCK.format(at);

export function size(bytes: number): string {
  return bytes < 1024 ? `${bytes} B` : `${(bytes / 1024).toFixed(1)} KiB`;
}

/** The beginning of a commit or digest, enough to distinguish it from others. */
export const short = (digest: string, length = 8): string => digest.slice(0, length);
