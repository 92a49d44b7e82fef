// Tables without borders, columns as wide as their content.
import Table from 'cli-table3';
import type { Style } from './style.ts';
import { visibleLength } from './wrap.ts';

const NO_BORDERS = Object.fromEntries(
  [
    'top',
    'top-mid',
    'top-left',
    'top-right',
    'bottom',
    'bottom-mid',
    'bottom-left',
    'bottom-right',
    'left',
    'left-mid',
    'mid',
    'mid-mid',
    'right',
    'right-mid',
  ].map((part) => [part, '']),
);

export interface Fit {
  /** Of the terminal. Absent: as wide as the content. */
  readonly columns?: number | undefined;
  /** How many of the last columns can be left out, the last one first. */
  readonly optional?: number;
}

const GAP = 2;
/** The last column isn't made narrower than this. */
const NARROWEST = 20;

/** Too wide: optional columns go, then the last column is wrapped. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  style: Style,
  { columns, optional = 0 }: Fit = {},
): string {
  const widths = head.map((title, i) =>
    Math.max(...[title, ...rows.map((row) => row[i] ?? '')].map(visibleLength)),
  );
  const room = columns ?? Number.POSITIVE_INFINITY;
  const widthOf = (count: number): number =>
    widths.slice(0, count).reduce((sum, one) => sum + one + GAP, -GAP);
  const counts = Array.from({ length: optional + 1 }, (_, left) => head.length - left);
  const count = counts.find((one) => widthOf(one) <= room) ?? head.length - optional;
  const rest = room - (widthOf(count) - (widths[count - 1] ?? 0));
  const isWrapped = widthOf(count) > room && rest >= NARROWEST;
  const lines = new Table({
    head: head.slice(0, count).map((title) => style.dim(title)),
    chars: { ...NO_BORDERS, middle: ' '.repeat(GAP) },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
    ...(isWrapped && {
      colWidths: widths.slice(0, count).map((one, i) => (i === count - 1 ? rest : one)),
      wordWrap: true,
    }),
  });
  lines.push(...rows.map((row) => row.slice(0, count)));
  return lines.toString().replaceAll(/[ \t]+$/gm, '');
}
