// The files of one layer, and their text. A directory that is missing, unreadable or empty is a problem, never an
// empty desired state.
import { lstat, realpath } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { isWithin } from '../../lib/paths.ts';
import { fail, HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import { DEFAULT_RULES, linkRule, type ReferenceRules } from '../../input/reference-rules.ts';
import { readTextFile, reasonOf, type TextFile } from '../../input/text-file.ts';
import { tooMuch, walk, type Walked, type WalkOptions } from '../../input/walk.ts';

export interface SourceFile {
  readonly path: string;
  /** Its name in positions: relative to the settings directory if it is below. */
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

/** Where files are read from: the disk, or a commit. Paths are absolute, as if all were on the disk. */
export interface FileSource {
  /** As `walk`. */
  readonly walk: (dir: string, options: WalkOptions) => Promise<Walked>;
  /** As `readTextFile`; undefined if there is no such file. */
  readonly readText: (path: string, shown: string) => Promise<TextFile | undefined>;
  /** Comes before the paths in positions. */
  readonly label: string;
}

/** Characters of all files of one layer together. A configuration of 5,000 keys has about 2 million. */
const MAX_CHARACTERS = 32 * 1024 * 1024;

export interface LayerOptions {
  /** Positions are relative to it. */
  readonly settingsDir: string;
  /** The disk, if absent. */
  readonly source?: FileSource | undefined;
  /** What references can use: links can lead there too. */
  readonly rules?: ReferenceRules | undefined;
  readonly signal?: AbortSignal | undefined;
}

/**
 * All `*.yaml` and `*.yml` below `dir`, hidden ones excepted, each file once. Symbolic links are followed within `dir`, the
 * settings directory, the git work tree and where references may lead; others are problems. `dir` may be one file. Rejects with HF5007 when `signal` ends it.
 */
export async function readLayer(dir: string, options: LayerOptions): Promise<SourceFiles> {
  const found = await listLayer(dir, options);
  const { files, problems: unread } = await readAll(found.paths, dir, options);
  const problems = [...found.problems, ...unread];
  if (problems.length === 0 && files.length === 0)
    problems.push(problem('HF2003', `${shownIn(options, dir)} contains no *.yaml or *.yml file`));
  return { files, problems, directories: found.directories };
}

async function readAll(
  paths: readonly string[],
  dir: string,
  options: LayerOptions,
): Promise<{ readonly files: readonly SourceFile[]; readonly problems: readonly Problem[] }> {
  const files: SourceFile[] = [];
  const problems: Problem[] = [];
  let characters = 0;
  for (const path of paths) {
    if (options.signal?.aborted) throw fail('HF5007', 'stopped by a signal while files were read');
    const read = await readSource(path, options);
    if ('problem' in read) problems.push(read.problem);
    else files.push(read);
    characters += 'problem' in read ? 0 : read.text.length;
    if (characters <= MAX_CHARACTERS) continue;
    const message = `the files in ${shownIn(options, dir)} are larger than ${MAX_CHARACTERS / 1024 / 1024} MiB in total; reading stopped at ${shownIn(options, path)}`;
    return { files, problems: [...problems, problem('HF2004', message, at(path, options))] };
  }
  return { files, problems };
}

async function readSource(path: string, options: LayerOptions): Promise<SourceFile | { problem: Problem }> {
  const shown = shownIn(options, path);
  const read = (await options.source?.readText(path, shown)) ?? (await readTextFile(path, shown));
  if ('problem' in read) return read;
  if (read.text.trim() !== '') return { path, shown, text: read.text };
  const message = `${shown} is empty, so Holdfast would release what it declared`;
  const remedy =
    'Delete the file, or add a comment that says why it declares nothing. If another program is still writing the file, try again.';
  return { problem: problem('HF2003', message, { ...at(path, options), remedy }) };
}

interface Listing {
  readonly paths: readonly string[];
  readonly directories: readonly string[];
  readonly problems: readonly Problem[];
}

async function listLayer(dir: string, options: LayerOptions): Promise<Listing> {
  const { source, signal } = options;
  try {
    const walked = source
      ? await source.walk(dir, { signal })
      : await walk(dir, { signal, follows: await linksOf(dir, options) });
    const paths = walked.files.map(({ path }) => path).filter((path) => path === dir || isYaml(path));
    const directories = walked.directories.map(({ path }) => path);
    return {
      paths: walked.exceeded ? [] : paths.toSorted(),
      directories,
      problems: problemsOf(walked, dir, options),
    };
  } catch (error) {
    if (error instanceof HoldfastError) throw error;
    return { paths: [], directories: [], problems: [unreadable(dir, error, options)] };
  }
}

async function linksOf(
  dir: string,
  { settingsDir, rules = DEFAULT_RULES }: LayerOptions,
): Promise<(real: string) => boolean> {
  const roots = [dir, settingsDir, ...(await workTreeOf(dir))];
  return linkRule(roots, settingsDir, rules);
}

const isYaml = (path: string): boolean => /\.ya?ml$/i.test(path);

function problemsOf(walked: Walked, dir: string, options: LayerOptions): readonly Problem[] {
  const excess = tooMuch(walked, (path) => shownIn(options, path));
  if (excess !== undefined) return [problem('HF2006', `${shownIn(options, dir)} contains ${excess}`)];
  const failed = walked.failed.map(({ path, error }) =>
    path === dir
      ? unreadable(dir, error, options)
      : problem('HF2002', `${shownIn(options, path)} can't be read: ${reasonOf(error)}`, at(path, options)),
  );
  const outside = walked.outside.filter(({ path, isDirectory }) => isDirectory || isYaml(path));
  return [...failed, ...outside.map(({ path }) => leadsOut(path, options))];
}

/** The target of the link isn't shown to someone who can only write the link. */
function leadsOut(path: string, options: LayerOptions): Problem {
  const message = `the link ${shownIn(options, path)} leads outside the directories that desired state can use`;
  return problem('HF2007', message, at(path, options));
}

/** The directory above `dir` that has a `.git`, if there is one. */
async function workTreeOf(dir: string): Promise<readonly string[]> {
  for (let at = await realpath(dir); ; at = dirname(at)) {
    const found = await lstat(join(at, '.git')).catch(() => undefined);
    if (found) return [at];
    if (dirname(at) === at) return [];
  }
}

function unreadable(dir: string, error: unknown, options: LayerOptions): Problem {
  const missing = (error as NodeJS.ErrnoException).code === 'ENOENT';
  const shown = shownIn(options, dir);
  return missing
    ? problem('HF2001', `the desired-state directory ${shown} doesn't exist`)
    : problem('HF2002', `${shown} can't be read: ${reasonOf(error)}`);
}

/** How a file or directory is called in messages and positions. A directory has no position. */
export const shownIn = ({ settingsDir, source }: LayerOptions, path: string): string =>
  (source?.label ?? '') + shownPath(path, settingsDir);

/** Paths below the settings directory are shown relative to it, others as they are. */
export function shownPath(path: string, settingsDir: string): string {
  if (!isWithin(path, settingsDir)) return path;
  const way = relative(settingsDir, path);
  return way === '' ? basename(path) : way.split(sep).join('/');
}

function at(
  path: string,
  options: LayerOptions,
): { position: { file: string; line: number; column: number } } {
  return { position: { file: shownIn(options, path), line: 1, column: 1 } };
}
