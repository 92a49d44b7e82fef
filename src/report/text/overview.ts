// All targets on one page of a terminal: a line each, the worst first, for `status --watch`.
import { meaningOf, type StatusFacts } from '../../domain/outcome/sync-status.ts';
import { clipped, plural, timeText } from '../../lib/text.ts';
import { oneLine } from '../../lib/terminal-safe.ts';
import { countsText, titleText, worstFirst } from './status.ts';
import { PLAIN, type Style } from './style.ts';

export interface OverviewRow extends StatusFacts {
  readonly target: string;
  readonly why?: string;
  readonly since?: number;
  /** At the last check. */
  readonly differences?: number;
  /** A check goes on. */
  readonly checking?: boolean;
  /** Other work that goes on. */
  readonly doing?: string;
  /** When it was last checked. */
  readonly checkedAt?: number;
}

export interface Overview {
  /** Where it comes from. */
  readonly origin: string;
  readonly rows: readonly OverviewRow[];
  /** The commit that the targets follow. */
  readonly source?: string;
  /** Since when there is no news, and why. */
  readonly lost?: { readonly since: number; readonly why: string };
}

const NARROWEST = 40;
const LONGEST_NAME = 24;
const GAP = '  ';
const SINCE = 6;
const CHECKED = 'checked';
/** Without it, the reason has room. */
const CHECKED_FROM = 80;

/** At most `size.rows` lines, none longer than `size.columns`. */
export function overviewLines(
  overview: Overview,
  size: { readonly columns: number; readonly rows: number },
  now: number,
  style: Style,
): string[] {
  const columns = Math.max(NARROWEST, size.columns);
  const head = headLines(overview, columns, now, style);
  const rows = worstFirst(overview.rows);
  const room = Math.max(1, size.rows - head.length - 2);
  const shown = rows.length > room ? rows.slice(0, room - 1) : rows;
  const rest = rows.slice(shown.length);
  return [
    ...head,
    '',
    ...tableLines(shown, columns, now, style),
    ...(rest.length > 0
      ? [fitted((paint) => `… and ${rest.length} more: ${countsText(rest, paint)}`, columns, style)]
      : []),
  ];
}

function headLines(
  { origin, rows, source, lost }: Overview,
  columns: number,
  now: number,
  style: Style,
): string[] {
  const clock = timeText(now).slice(11);
  const title = clipped(origin, columns - clock.length - GAP.length);
  const gap = ' '.repeat(Math.max(1, columns - title.length - clock.length));
  const counts = (paint: Style): string =>
    rows.length === 0
      ? 'no targets yet'
      : `${plural(rows.length, 'target')}: ${countsText(worstFirst(rows), paint)}`;
  return [
    `${style.bold(title)}${gap}${style.dim(clock)}`,
    ...(source === undefined ? [] : [style.dim(clipped(oneLine(source), columns))]),
    ...(lost === undefined ? [] : lostLines(lost, now).map((line) => style.bad(clipped(line, columns)))),
    fitted(counts, columns, style),
  ];
}

/** What doesn't fit loses its colours with its end. */
function fitted(text: (style: Style) => string, columns: number, style: Style): string {
  const plain = text(PLAIN);
  return plain.length <= columns ? text(style) : clipped(plain, columns);
}

/** Since when, and why. */
export function lostLines({ since, why }: NonNullable<Overview['lost']>, now: number): [string, string] {
  return [
    `no answer since ${timeText(since).slice(11)} (${age(now - since)}); what follows is from then`,
    oneLine(why),
  ];
}

function tableLines(rows: readonly OverviewRow[], columns: number, now: number, style: Style): string[] {
  const name = Math.min(LONGEST_NAME, Math.max(6, ...rows.map(({ target }) => target.length)));
  const state = Math.max(5, ...rows.map((row) => meaningOf(row).title.length));
  const checked = columns >= CHECKED_FROM ? CHECKED.length : 0;
  const left = name + state + SINCE + 3 * GAP.length;
  const why = columns - left - (checked > 0 ? checked + GAP.length : 0);
  const line = (parts: readonly string[]): string => parts.join(GAP).trimEnd();
  const last = (text: string): string[] => (checked > 0 ? [text.padStart(checked)] : []);
  const title = line([
    'target'.padEnd(name),
    'state'.padEnd(state),
    'since'.padStart(SINCE),
    'why'.padEnd(why),
    ...last(CHECKED),
  ]);
  return [
    style.dim(title),
    ...rows.map((row) => {
      const { since, checking, checkedAt } = row;
      const pad = ' '.repeat(state - meaningOf(row).title.length);
      return line([
        style.accent(clipped(row.target, name).padEnd(name)),
        `${titleText(row, style)}${pad}`,
        (since === undefined ? '' : age(now - since)).padStart(SINCE),
        clipped(reasonText(row), why).padEnd(why),
        ...last(checking ? 'now' : checkedAt === undefined ? 'never' : age(now - checkedAt)),
      ]);
    }),
  ];
}

/** What is being done, else why the target has its state, else how much differs. */
export function reasonText({ doing, why, differences = 0 }: OverviewRow): string {
  if (doing !== undefined) return oneLine(`${doing} …`);
  const count = differences > 0 ? plural(differences, 'difference') : '';
  return oneLine(why ?? count);
}

/** Whole units, so that a page that is drawn each second is calm. */
function age(ms: number): string {
  const seconds = Math.max(0, Math.floor(ms / 1000));
  if (seconds < 60) return `${seconds} s`;
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min`;
  if (seconds < 48 * 3600) return `${Math.floor(seconds / 3600)} h`;
  return `${Math.floor(seconds / 86_400)} d`;
}
