// A window in which nothing is written: once, `2026-12-20/2027-01-02 Europe/Berlin`, or repeatedly, `0 18 * * fri
// for 62h Europe/Berlin`. Pure: the current time is an argument.
import { Cron } from 'croner';
import { parseDuration } from '../../lib/duration.ts';
import { inZone, isZone, minutesAhead, wallEnd, wallTime } from '../../lib/zone.ts';

/** Times are ms since the epoch; open from `from` up to, not including, `until`. */
export type FreezeWindow =
  | { readonly kind: 'once'; readonly from: number; readonly until: number }
  /** Opens at each of these times, for this number of ms. It schedules nothing: callers only ask for the times. */
  | { readonly kind: 'cron'; readonly times: Cron; readonly ms: number };

/** The syntax of windows, for messages. */
export const FREEZE_FORM =
  'FROM/TO as dates or times, or a cron expression and how long, each with a time zone: `2026-12-20/2027-01-02 Europe/Berlin`, `2026-12-24T18:00/2026-12-27T06:00 +01:00`, `0 18 * * fri for 62h Europe/Berlin`';

const ONCE = /^(?<from>\S+?)\/(?<to>\S+?)(?:\s+(?<zone>\S+))?$/;
const AGAIN = /^(?<cron>.+?)\s+for\s+(?<span>\S+)(?:\s+(?<zone>\S+))?$/;

/** The window, or what is wrong with the text. A last day is frozen to its end; UTC if no zone is given. */
export function parseFreeze(text: string): FreezeWindow | string {
  const again = AGAIN.exec(text.trim())?.groups;
  if (again) return againWindow(again);
  const once = ONCE.exec(text.trim())?.groups;
  return once ? onceWindow(text, once) : `\`${text}\` isn't a valid window`;
}

/** The windows that are open, as they were written, and when each closes. */
export function openWindows(
  texts: readonly string[],
  now: number,
): { readonly until: number; readonly window: string }[] {
  return texts.flatMap((text) => {
    const window = parseFreeze(text);
    const until = typeof window === 'string' ? undefined : openUntil(window, now);
    return until === undefined ? [] : [{ until, window: text }];
  });
}

type Parts = Readonly<Record<string, string | undefined>>;

function onceWindow(
  text: string,
  { from: first = '', to: last = '', zone = 'UTC' }: Parts,
): FreezeWindow | string {
  const [from, to] = [wallTime(first), wallEnd(last)];
  if (from === undefined) return `\`${first}\` isn't a valid date`;
  if (to === undefined) return `\`${last}\` isn't a valid date`;
  if (!isZone(zone)) return `\`${zone}\` isn't a valid time zone`;
  const window = { kind: 'once', from: inZone(from, zone), until: inZone(to, zone) } as const;
  return window.from < window.until ? window : `\`${text}\` ends before it starts`;
}

function againWindow({ cron = '', span = '', zone = 'UTC' }: Parts): FreezeWindow | string {
  const ms = parseDuration(span);
  if (ms === undefined) return `\`${span}\` isn't a valid duration, such as 90m, 62h or 2d`;
  if (!isZone(zone)) return `\`${zone}\` isn't a valid time zone`;
  const times = timesOf(cron, zone);
  if (typeof times === 'string') return `\`${cron}\` isn't a valid cron expression of five fields: ${times}`;
  const first = times.nextRun(new Date(0));
  if (!first) return `\`${cron}\` never occurs`;
  if (lastEnd(times, first.getTime(), ms) === undefined)
    return `\`${cron}\` occurs again before ${span} have passed, so the window would never close`;
  return { kind: 'cron', times, ms };
}

/** The times of the expression in the zone, or what is wrong with it. */
function timesOf(cron: string, zone: string): Cron | string {
  const ahead = minutesAhead(zone);
  const place = ahead === undefined ? { timezone: zone } : { utcOffset: ahead };
  try {
    return new Cron(cron, { ...place, paused: true, mode: '5-part' });
  } catch (error) {
    return (error instanceof Error ? error.message : String(error)).replace(/^CronPattern: /, '');
  }
}

/** The minutes of a day and some more: a window that overlaps itself for longer never closes. */
const LONGEST_CHAIN = 1500;

/** When a window that opened at `from` closes, although its next opening can come first; undefined: never. */
function lastEnd(times: Cron, from: number, ms: number): number | undefined {
  let opened = from;
  for (let i = 0; i < LONGEST_CHAIN; i++) {
    const next = times.nextRun(new Date(opened))?.getTime();
    if (next === undefined || next > opened + ms) return opened + ms;
    opened = next;
  }
  return undefined;
}

/** When the currently open window closes; undefined if none is open. */
export function openUntil(window: FreezeWindow, now: number): number | undefined {
  if (window.kind === 'once') return now >= window.from && now < window.until ? window.until : undefined;
  const { times, ms } = window;
  const opened = times.previousRuns(1, new Date(now + 1))[0]?.getTime(); // excludes the given time itself
  if (opened === undefined || opened + ms <= now) return undefined;
  return lastEnd(times, opened, ms) ?? opened + ms;
}

/** When it opens next after `now`; undefined: never again. */
export function opensNext(window: FreezeWindow, now: number): number | undefined {
  if (window.kind === 'once') return window.from > now ? window.from : undefined;
  return window.times.nextRun(new Date(now))?.getTime();
}
