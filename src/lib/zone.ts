// Dates and times in a time zone, and the moments they mean. Pure: doesn't read a clock.

const MOMENT = /^(\d{4})-(\d\d)-(\d\d)(?:T(\d\d):(\d\d))?$/;
const OFFSET = /^([-+])(0\d|1[0-4]):([0-5]\d)$/;
const DAY = 86_400_000;

/** `2026-12-24` or `2026-12-24T18:00`, as if it were UTC. Undefined for a date that doesn't exist. */
export function wallTime(text: string): number | undefined {
  const found = MOMENT.exec(text);
  if (!found) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0] = found
    .slice(1)
    .map((digits) => Number(digits ?? 0));
  const moment = Date.UTC(year, month - 1, day, hour, minute);
  const iso = new Date(moment).toISOString();
  return iso.startsWith(text) ? moment : undefined;
}

/** The end of a range: a day at its own end, a time at that time. */
export function wallEnd(text: string): number | undefined {
  const wall = wallTime(text);
  return wall === undefined || text.includes('T') ? wall : wall + DAY;
}

const IN_ZONE = /^(?<wall>\d{4}-\d\d-\d\d(?:T\d\d:\d\d)?)(?:(?<offset>Z|[-+]\d\d:\d\d)|\s+(?<zone>\S+))?$/;

/**
 * The end that `2026-12-24T18:00 Europe/Berlin`, `2026-12-24T18:00+01:00` or `2026-12-24` names; UTC without a zone.
 * Undefined for any other text.
 */
export function parseEnd(text: string): number | undefined {
  const { wall = '', offset, zone = 'UTC' } = IN_ZONE.exec(text.trim())?.groups ?? {};
  const end = wallEnd(wall);
  const place = offset === undefined || offset === 'Z' ? zone : offset;
  return end === undefined || !isZone(place) ? undefined : inZone(end, place);
}

/** A name that Intl knows (`Europe/Berlin`, `UTC`) or an offset (`+01:00`). */
export function isZone(zone: string): boolean {
  if (OFFSET.test(zone)) return true;
  try {
    return new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== '';
  } catch {
    return false;
  }
}

/** Minutes ahead of UTC of a zone that is written as an offset; undefined for one with a name. */
export function minutesAhead(zone: string): number | undefined {
  const found = OFFSET.exec(zone);
  if (!found) return undefined;
  const [, sign, hours, minutes] = found;
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes));
}

/** The moment at which a clock in this zone shows `wall`. In an hour that the zone skips, one hour later. */
export function inZone(wall: number, zone: string): number {
  const guess = wall - offsetAt(wall, zone);
  return wall - offsetAt(guess, zone);
}

/** ms by which the zone is ahead of UTC at this moment. */
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
