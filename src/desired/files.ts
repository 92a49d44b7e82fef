// The files of one layer: which there are, and their text. A directory that is missing, unreadable or empty is a
// problem, never an empty desired state.
import { readdir, realpath, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { type Problem, problem } from '../nouns/problem.ts';
import { readTextFile, reasonOf } from '../reading/text-file.ts';

export interface SourceFile {
  readonly path: string;
  /** How it is called in positions: relative to the settings directory when it is below. */
  readonly shown: string;
  readonly text: string;
}

export interface SourceFiles {
  /** In the order of their paths. */
  readonly files: readonly SourceFile[];
  readonly problems: readonly Problem[];
  /** Absolute directories that were read. */
  readonly directories: readonly string[];
}

/** All `*.yaml` and `*.yml` below `dir`, hidden ones excepted, symbolic links followed. `dir` may be one file. */
export async function readLayer(dir: string, settingsDir: string): Promise<SourceFiles> {
  const found = await listLayer(dir, settingsDir);
  const read = await Promise.all(found.paths.map((path) => readSource(path, settingsDir)));
  const problems = [...found.problems, ...read.flatMap((one) => ('problem' in one ? [one.problem] : []))];
  const files = read.flatMap((one) => ('problem' in one ? [] : [one]));
  if (problems.length === 0 && files.length === 0)
    problems.push(
      problem('HF2003', `${shownPath(dir, settingsDir)} holds no *.yaml or *.yml file`, at(dir, settingsDir)),
    );
  return { files, problems, directories: found.directories };
}

async function readSource(path: string, settingsDir: string): Promise<SourceFile | { problem: Problem }> {
  const shown = shownPath(path, settingsDir);
  const read = await readTextFile(path, shown);
  if ('problem' in read) return read;
  if (read.text.trim() !== '') return { path, shown, text: read.text };
  const message = `${shown} is empty; what it declared would be released`;
  const remedy =
    'Delete the file, or say in a comment why it declares nothing. It may also be half written: try again.';
  return { problem: problem('HF2003', message, { ...at(path, settingsDir), remedy }) };
}

interface Listing {
  readonly paths: string[];
  readonly directories: string[];
  readonly problems: Problem[];
}

async function listLayer(dir: string, settingsDir: string): Promise<Listing> {
  const listing: Listing = { paths: [], directories: [], problems: [] };
  try {
    if ((await stat(dir)).isDirectory()) await walk(dir, settingsDir, listing, new Set());
    else listing.paths.push(dir);
  } catch (error) {
    const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    const message = `${shownPath(dir, settingsDir)} ${missing ? 'does not exist' : `cannot be read: ${reasonOf(error)}`}`;
    listing.problems.push(
      missing ? problem('HF2001', message) : problem('HF2002', message, at(dir, settingsDir)),
    );
  }
  return { ...listing, paths: listing.paths.toSorted((a, b) => (a < b ? -1 : 1)) };
}

/** `seen` holds real paths, so that a link to a directory above ends. */
async function walk(dir: string, settingsDir: string, listing: Listing, seen: Set<string>): Promise<void> {
  const real = await realpath(dir);
  if (seen.has(real)) return;
  seen.add(real);
  listing.directories.push(dir);
  for (const name of (await readdir(dir)).toSorted()) {
    if (name.startsWith('.')) continue;
    const path = join(dir, name);
    try {
      if ((await stat(path)).isDirectory()) await walk(path, settingsDir, listing, seen);
      else if (/\.ya?ml$/i.test(name)) listing.paths.push(path);
    } catch (error) {
      const message = `${shownPath(path, settingsDir)} cannot be read: ${reasonOf(error)}`;
      listing.problems.push(problem('HF2002', message, at(path, settingsDir)));
    }
  }
}

/** Paths below the settings directory are shown relative to it, others as they are. */
export function shownPath(path: string, settingsDir: string): string {
  const way = relative(settingsDir, path);
  if (way === '') return basename(path);
  return way === '..' || way.startsWith(`..${sep}`) ? path : way.split(sep).join('/');
}

function at(path: string, settingsDir: string): { position: { file: string; line: number; column: number } } {
  return { position: { file: shownPath(path, settingsDir), line: 1, column: 1 } };
}
