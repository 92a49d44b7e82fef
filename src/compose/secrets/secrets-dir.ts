// A directory of secrets: a file for each, called as its variable would be.
import { existsSync } from 'node:fs';
import { opendir } from 'node:fs/promises';
import { join, relative, sep } from 'node:path';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { Environment } from '../../input/environment.ts';
import { reachable, type ReferenceRules } from '../../input/reference-rules.ts';
import { readTextFile } from '../../input/text-file.ts';
import { shownPath } from '../../desired/read/files.ts';

export interface SecretsDir {
  /** Absolute. */
  readonly path: string;
  /** What a reference says for the file of this name. */
  readonly reference: (name: string) => string;
  /** Names of files with their values. */
  readonly held: Environment;
  /** Absolute; undefined: there is one. */
  readonly missingIgnore: string | undefined;
}

/** The `.gitignore` of a directory that has nothing but secrets. */
export const IGNORE_ALL = '# This directory contains keys.\n*\n';

const MOST_FILES = 20_000;

/** Rejects with HF2022 where references can't read it, and where a file in it can't be read. */
export async function secretsDirAt(
  path: string,
  { from, rules }: { readonly from: string; readonly rules: ReferenceRules },
): Promise<SecretsDir> {
  const way = relative(from, path).split(sep).join('/');
  const isReadable = !way.includes('}') && typeof (await reachable(way, from, rules)) === 'object';
  if (!isReadable)
    throw fail('HF2022', `references can't read files in ${shownPath(path, from)}`, {
      remedy:
        'Choose a directory below that of the settings, or list the directory under `references.files` in the settings.',
    });
  const ignore = join(path, '.gitignore');
  return {
    path,
    reference: (name) => (way === '' ? name : `${way}/${name}`),
    held: await heldIn(path, from),
    missingIgnore: existsSync(ignore) ? undefined : ignore,
  };
}

async function heldIn(path: string, from: string): Promise<Environment> {
  const held: Record<string, string> = {};
  for (const name of await namesIn(path)) {
    const file = join(path, name);
    const read = await readTextFile(file, shownPath(file, from));
    if ('problem' in read) throw new HoldfastError([read.problem]);
    held[name] = read.text.replace(/\r?\n$/, '');
  }
  return held;
}

/** None where there is no such directory. */
async function namesIn(path: string): Promise<readonly string[]> {
  const names: string[] = [];
  try {
    for await (const entry of await opendir(path)) {
      if (names.length === MOST_FILES) throw fail('HF2006', `${path} contains more than ${MOST_FILES} files`);
      if (!entry.isDirectory() && /^[A-Za-z_]\w*$/.test(entry.name)) names.push(entry.name);
    }
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error; // of Node.js, with a code
  }
  return names;
}
