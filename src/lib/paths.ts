// Places in a file system, as texts: nothing is looked up.
import { isAbsolute, relative, sep } from 'node:path';

/** Whether `path` is `dir` or below it; both absolute. */
export function isWithin(path: string, dir: string): boolean {
  const way = relative(dir, path);
  return !leadsUp(way.split(sep).join('/')) && !isAbsolute(way);
}

/** Whether a normalised relative path with slashes leaves the directory that it starts from. */
export const leadsUp = (way: string): boolean => way === '..' || way.startsWith('../');
