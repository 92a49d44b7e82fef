// Where `holdfast pull` puts files of keys: below the directory of the pulled file, where references can read them.
import { join, relative, sep } from 'node:path';
import type { Adopted } from '../../adopt/adopt.ts';
import { foldLines, type LinesFile } from '../../adopt/lines.ts';
import { fail, problem } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import type { Dialect } from '../../gateway/dialect.ts';
import type { Environment } from '../../input/environment.ts';
import { reachable, type ReferenceRules } from '../../input/reference-rules.ts';

/** So many entries that differ by the key alone become one. */
export const LINES_FROM = 10;

/** A file of keys with its place. */
export interface PlacedLines extends Omit<LinesFile, 'name' | 'text'> {
  /** Absolute. */
  readonly path: string;
  readonly text: Sealed<string>;
}

export interface PulledLines {
  readonly adopted: Adopted;
  readonly files: readonly PlacedLines[];
}

export interface LinesPlace {
  /** Of the pulled file, absolute. */
  readonly dir: string;
  /** Where relative references start, absolute. */
  readonly referencesFrom: string;
  readonly rules: ReferenceRules;
  readonly env: Environment;
  /** 0: never. */
  readonly from: number;
}

/** Keeps the variables, with a note, if references can't read files there. */
export async function withLines(adopted: Adopted, dialect: Dialect, place: LinesPlace): Promise<PulledLines> {
  const { dir, referencesFrom, rules, env, from } = place;
  if (from === 0) return { adopted, files: [] };
  const secrets = join(dir, 'secrets');
  const path = (name: string): string => relative(referencesFrom, join(secrets, name)).split(sep).join('/');
  const folded = foldLines(adopted, dialect, { from, path, env });
  const [first] = folded.files;
  if (!first) return { adopted, files: [] };
  const way = path(first.name);
  const isReadable = !way.includes('}') && typeof (await reachable(way, referencesFrom, rules)) === 'object';
  if (!isReadable) return { adopted: withNote(adopted, secrets), files: [] };
  const files = folded.files.map(({ name, ...file }) => ({ ...file, path: join(secrets, name) }));
  return { adopted: folded.adopted, files };
}

function withNote(adopted: Adopted, secrets: string): Adopted {
  const message = `each key has a variable of its own: references can't read files in ${secrets}`;
  const remedy =
    'For one file of keys, pull into a directory below that of the settings, or allow it with `references.files`.';
  return {
    ...adopted,
    notes: [...adopted.notes, problem('HF2070', message, { severity: 'warning', remedy })],
  };
}

/** Throws HF1001. */
export function linesFrom(flag: string | undefined): number {
  if (flag === undefined) return LINES_FROM;
  if (/^\d{1,6}$/.test(flag) && Number(flag) !== 1) return Number(flag);
  throw fail('HF1001', `--lines-from ${flag} isn't 0, or a number of entries from 2 to 999999`);
}
