// Edits of files, and paths, as commands show them. Only YAML is shown; of files with secrets, how much changes.
import type { FileEdit } from '../../compose/adoption.ts';
import { unifiedDiff } from '../../report/text/diff.ts';

/** Only of YAML, which contains no secret. */
export const diffOf = (files: readonly FileEdit[]): string =>
  files
    .filter(({ kind }) => kind === 'yaml')
    .map(({ shown, before = '', after }) => unifiedDiff(before, after, shown))
    .join('');

/** At the end of what a command shows and doesn't write. */
export const NOTHING_WRITTEN =
  'Nothing was written. Add --write to write the files, or --commit to also commit them.';

const MOST_PATHS = 8;

export function pathsText(all: readonly string[]): string {
  const paths = [...new Set(all)];
  const rest = paths.length - MOST_PATHS;
  return rest > 0 ? `${paths.slice(0, MOST_PATHS).join(', ')} and ${rest} more` : paths.join(', ');
}

export function linesOf({ before = '', after }: Pick<FileEdit, 'before' | 'after'>): {
  added: number;
  removed: number;
} {
  const lines = unifiedDiff(before, after, '').split('\n').slice(2);
  return {
    added: lines.filter((line) => line.startsWith('+')).length,
    removed: lines.filter((line) => line.startsWith('-')).length,
  };
}
