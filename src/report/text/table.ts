// Tables without borders, columns as wide as their content.
import Table from 'cli-table3';
import type { Style } from './style.ts';

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

export function table(head: readonly string[], rows: readonly (readonly string[])[], style: Style): string {
  const lines = new Table({
    head: head.map((title) => style.dim(title)),
    chars: { ...NO_BORDERS, middle: '  ' },
    style: { head: [], border: [], 'padding-left': 0, 'padding-right': 0 },
  });
  lines.push(...rows.map((row) => [...row]));
  return lines.toString().replaceAll(/[ \t]+$/gm, '');
}
