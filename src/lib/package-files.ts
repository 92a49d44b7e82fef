// Where the files that come with the package lie: the one place that knows it, because the published build has another
// depth than the sources. Must not know what is in them.
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

let root: string | undefined;

/** Absolute, of a name like `schemas/legacy.schema.json`; from the sources and from the build. */
export function packageFile(name: string): string {
  root ??= rootAbove(import.meta.dirname);
  return join(root, name);
}

/** Of Holdfast. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(packageFile('package.json'), 'utf8')) as { version: string }).version;
}

/** Every directory of ours lies below the one of package.json. */
function rootAbove(dir: string): string {
  return existsSync(join(dir, 'package.json')) ? dir : rootAbove(dirname(dir));
}
