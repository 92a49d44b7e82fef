// A path as a person in a directory would write it.
import { relative } from 'node:path';

export function shownIn(cwd: string, path: string): string {
  const way = relative(cwd, path);
  return way === '' ? '.' : way.startsWith('..') ? path : way;
}
