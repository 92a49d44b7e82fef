// The two sides of a section, line by line beside each other. Pure.
import type { Redacted } from '../../../../domain/redacted.ts';
import { isRedactedSecret } from '../../../../domain/redacted.ts';
import { plural } from '../../../../lib/text.ts';
import { compareLines } from '../plan/lines.ts';

export interface SideBySide<T> {
  readonly left: T | undefined;
  readonly right: T | undefined;
}

/** Equal lines share a row; removed and added lines that follow each other do too. */
export function sideBySide<T extends { readonly text: string }>(
  left: readonly T[],
  right: readonly T[],
): readonly (SideBySide<T> & { readonly same: boolean })[] {
  const rows: (SideBySide<T> & { readonly same: boolean })[] = [];
  let [gone, come]: [T[], T[]] = [[], []];
  const flush = (): void => {
    for (let i = 0; i < Math.max(gone.length, come.length); i += 1)
      rows.push({ left: gone[i], right: come[i], same: false });
    [gone, come] = [[], []];
  };
  for (const { mark, line } of compareLines(left, right)) {
    if (mark === '-') gone.push(line);
    else if (mark === '+') come.push(line);
    else {
      flush();
      rows.push({ left: line, right: line, same: true });
    }
  }
  flush();
  return rows;
}

/** `6 entries`, `3 keys`; undefined for a single value. */
export function sizeText(value: Redacted | undefined): string | undefined {
  if (Array.isArray(value)) return value.length === 1 ? '1 entry' : `${value.length} entries`;
  if (typeof value !== 'object' || value === null || isRedactedSecret(value)) return undefined;
  return plural(Object.keys(value).length, 'key');
}
