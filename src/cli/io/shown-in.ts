// A path as a person in a directory would write it.
import { relative } from 'node:path';
import { isWithin } from '../../lib/paths.ts';

export function shownIn(cwd: string, path: string): string {
  return isWithin(path, cwd) ? relative(cwd, path) || '.' : path;
}
