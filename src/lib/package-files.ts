// Where the files of the package are. Only this file knows it, because the published build has another depth than
// the sources. Doesn't know their content.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;

/** Absolute path of a name like `schemas/legacy.schema.json`; works from the sources and from the build. */
export function packageFile(name: string): string {
  root ??= rootAbove(import.meta.dirname);
  return join(root, name);
}

/** The version of Holdfast. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}

/** All our code is below the directory of package.json. */
function rootAbove(dir: string): string {
  return existsSync(join(dir, 'package.json')) ? dir : rootAbove(dirname(dir));
}
