// Where an editor finds the JSON Schema of a file: inside the project, so that the hint works in every clone.
import { existsSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { packageFile } from '../../lib/package-files.ts';
import { isWithin } from '../../lib/paths.ts';

export type SchemaName = 'legacy.schema.json' | 'v8.schema.json' | 'settings.schema.json';

/** Copies for a project that doesn't contain the package; `holdfast init` creates them. */
export const COPIES = 'schemas/holdfast';

/** The path for `# yaml-language-server: $schema=`, relative to the file; undefined if none would work. */
export function schemaHint(name: SchemaName, file: string, cwd: string): string | undefined {
  if (!isWithin(file, cwd)) return undefined;
  const schema = schemaBelow(name, cwd);
  if (schema === undefined) return undefined;
  const way = relative(dirname(file), schema);
  return way.startsWith('.') ? way : `./${way}`;
}

/** By its path in the project: an installed package can be a link to another location. */
function schemaBelow(name: SchemaName, cwd: string): string | undefined {
  const installed = join(cwd, 'node_modules/holdfast/schemas', name);
  const own = packageFile(`schemas/${name}`);
  const copy = join(cwd, COPIES, name);
  return [installed, ...(isWithin(own, cwd) ? [own] : []), copy].find((path) => existsSync(path));
}
