// Places in a file system, as texts: nothing is looked up.
import { isAbsolute, relative, sep } from 'node:path';

/** Whether `path` is `dir` or below it; both absolute. */
export function isWithin(path: string, dir: string): boolean {
  const way = relative(dir, path);
  return way !== '..' && !way.startsWith(`..${sep}`) && !isAbsolute(way);
}
