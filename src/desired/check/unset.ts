// Combines the problems of variables that aren't set into one, with the file that may contain them. Reads only the
// names of such files.
import { dirname, join, relative } from 'node:path';
import { FACTS, type Position, type Problem, problem } from '../../domain/problem/problem.ts';
import { readEnvFile } from '../../input/env-file.ts';
import { readTextFile } from '../../input/text-file.ts';

const SHOWN_PLACES = 3;

interface Unset {
  readonly name: string;
  readonly position: Position | undefined;
}

/** The same problems, with one for all unset variables. `dirs`, absolute, can contain a `.env`. */
export async function groupUnset(
  problems: readonly Problem[],
  dirs: readonly string[],
  settingsDir: string,
): Promise<readonly Problem[]> {
  const unset = problems.flatMap(unsetIn);
  if (unset.length === 0) return problems;
  const rest = problems.filter((one) => unsetIn(one).length === 0);
  const names = [...new Set(unset.map(({ name }) => name))];
  const file = await fileWith(names, [...dirs, ...dirs.map((dir) => dirname(dir)), settingsDir]);
  const shown = file === undefined ? undefined : relative(settingsDir, file);
  const remedy =
    shown === undefined
      ? undefined
      : `${shown} contains ${names.length === 1 ? 'it' : 'them'}: add --variables ${shown}, or \`env-file: ${shown}\` to holdfast.yaml.`;
  const position = unset[0]?.position;
  if (unset.length === 1)
    return problems.map((one) =>
      unsetIn(one).length > 0 && remedy !== undefined ? { ...one, remedy } : one,
    );
  return [problem('HF2020', messageFor(names, unset), { position, remedy }), ...rest];
}

function unsetIn({ [FACTS]: facts, position }: Problem): readonly Unset[] {
  const name = facts?.variable;
  return name === undefined ? [] : [{ name, position }];
}

function messageFor(names: readonly string[], unset: readonly Unset[]): string {
  const places = unset
    .slice(1, SHOWN_PLACES)
    .flatMap(({ position }) => (position ? [`${position.file}:${position.line}:${position.column}`] : []));
  const also =
    places.length === 0 ? '' : ` (also at ${places.join(', ')}${unset.length > SHOWN_PLACES ? ', …' : ''})`;
  const what = names.length === 1 ? 'The variable is' : `${names.length} variables are`;
  return `${what} not set: ${names.join(', ')}${also}`;
}

async function fileWith(names: readonly string[], dirs: readonly string[]): Promise<string | undefined> {
  for (const path of new Set(dirs.map((dir) => join(dir, '.env')))) {
    const read = await readTextFile(path, path);
    if (!('text' in read)) continue;
    const held = readEnvFile(read.text, path, {}).values;
    if (names.every((name) => Object.hasOwn(held, name))) return path;
  }
  return undefined;
}
