// A window in which nothing is written: `2026-12-20/2027-01-02 Europe/Berlin`. Pure: whether it is open is asked with
// the time as an argument.

export interface FreezeWindow {
  /** ms since the epoch; open from `from` up to, not including, `until`. */
  readonly from: number;
  readonly until: number;
}

/** What a window looks like, for people. */
export const FREEZE_FORM =
  'FROM/TO as dates or times, and a time zone: `2026-12-20/2027-01-02 Europe/Berlin`, `2026-12-24T18:00/2026-12-27T06:00 +01:00`';

const SHAPE = /^(?<from>\S+?)\/(?<to>\S+?)(?:\s+(?<zone>\S+))?$/;
const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?$/;
const DAY = 86_400_000;

/** The window, or what is wrong with the text. A last day is frozen to its end; UTC where no zone is named. */
export function parseFreeze(text: string): FreezeWindow | string {
  const parts = SHAPE.exec(text.trim())?.groups;
  if (!parts) return `\`${text}\` is no window`;
  const { from: first = '', to: last = '', zone = 'UTC' } = parts;
  const [from, to] = [momentOf(first), momentOf(last)];
  if (from === undefined) return `\`${first}\` is no date of the calendar`;
  if (to === undefined) return `\`${last}\` is no date of the calendar`;
  if (!isZone(zone)) return `\`${zone}\` is no time zone`;
  const window = { from: inZone(from, zone), until: inZone(last.includes('T') ? to : to + DAY, zone) };
  return window.from < window.until ? window : `\`${text}\` ends before it begins`;
}

/** As if the clock on the wall were that of UTC. */
function momentOf(text: string): number | undefined {
  const found = MOMENT.exec(text);
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const moment = Date.UTC(year, month - 1, day, hour, minute);
  const iso = new Date(moment).toISOString();
  return iso.startsWith(text) ? moment : undefined;
}

const OFFSET = /^[-+](?:0\d|1[0-4]):[0-5]\d$/;

function isZone(zone: string): boolean {
  if (OFFSET.test(zone)) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** The moment at which a clock in this zone shows `wall`. In the hour that a zone skips, the one after it. */
function inZone(wall: number, zone: string): number {
  const guess = wall - offsetAt(wall, zone);
  return wall - offsetAt(guess, zone);
}

/** ms that clocks of the zone are ahead of UTC at this moment. */
function offsetAt(moment: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  }).formatToParts(moment);
  const part = (type: string): number => Number(parts.find((one) => one.type === type)?.value ?? 0);
  const wall = Date.UTC(
    part('year'),
    part('month') - 1,
    part('day'),
    part('hour'),
    part('minute'),
    part('second'),
  );
  return wall - Math.floor(moment / 1000) * 1000;
}
