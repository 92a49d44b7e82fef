// Writes pulled files: never over others unless forced, each one as a whole or not at all, and with a warning if git
// would track secrets.
import { access, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { IGNORE_ALL } from '../../compose/secrets/secrets-dir.ts';
import { fail, HoldfastError, type Problem, problem } from '../../domain/problem/problem.ts';
import type { Sealed } from '../../domain/secret.ts';
import { tooMuch, walk } from '../../input/walk.ts';
import { exposed } from '../edits/warnings.ts';
import { shownIn } from '../io/shown-in.ts';
import { replaceFile } from '../../state/files/disk.ts';
import type { PlacedLines } from './lines.ts';

export interface Destination {
  /** Absolute. */
  readonly dir: string;
  readonly file: string;
  readonly example: string;
}

/** With the file of values, on request. */
export interface Written extends Destination {
  readonly values: string | undefined;
}

export interface DestinationFlags {
  readonly outputDir?: string;
  readonly file?: string;
}

/** `own`: what the target reads, absolute. The last one overrides the others, so it is the default destination. */
export function destinationOf(flags: DestinationFlags, cwd: string, own: readonly string[]): Destination {
  const { outputDir } = flags;
  const place = outputDir === undefined ? (own.at(-1) ?? cwd) : resolve(cwd, outputDir);
  const isFile = outputDir === undefined && /\.ya?ml$/i.test(place);
  const file = flags.file ?? (isFile ? basename(place) : 'gateway.yaml');
  if (basename(file) !== file || !/^[^.].*\.ya?ml$/.test(file))
    throw fail(
      'HF1001',
      `--file ${file} isn't the name of a YAML file. Use --output-dir to set its directory`,
    );
  const dir = isFile ? dirname(place) : place;
  return {
    dir,
    file: join(dir, file),
    example: join(dir, '.env.example'),
  };
}

/** Rejects with HF2074 for each file that would be replaced. */
export async function refuseExisting(
  created: readonly string[],
  cwd: string,
  remedy?: string,
): Promise<void> {
  const there = await Promise.all(created.map(exists));
  const problems = created
    .filter((_, i) => there[i])
    .map((path) =>
      problem('HF2074', `${shownIn(cwd, path)} already exists`, { ...(remedy !== undefined && { remedy }) }),
    );
  if (problems.length > 0) throw new HoldfastError(problems);
}

export interface Texts {
  readonly file: string;
  readonly example: string;
  readonly values: Sealed<string> | undefined;
  /** Whether git may have the values. */
  readonly isEncrypted: boolean;
  readonly lines: readonly PlacedLines[];
}

export async function writeAll({ dir, file, example, values }: Written, texts: Texts): Promise<void> {
  try {
    await mkdir(dir, { recursive: true });
    // The private files first: if a write fails, only what is easily recreated is missing.
    if (values !== undefined && texts.values) {
      await mkdir(dirname(values), { recursive: true });
      await replaceFile(values, texts.values.open(), texts.isEncrypted ? 0o644 : 0o600);
    }
    for (const lines of texts.lines) await writeLines(lines);
    await replaceFile(example, texts.example, 0o644);
    await replaceFile(file, texts.file, 0o644);
  } catch (error) {
    const { code, path } = error as NodeJS.ErrnoException;
    if (typeof code !== 'string' || !/^E[A-Z]+$/.test(code)) throw error;
    const remedy = 'Make the directory writable, or choose another one with --output-dir.';
    throw fail('HF2002', `${path ?? dir} can't be written: ${code}`, { remedy }, { cause: error });
  }
}

/** In a directory that git ignores, unless it has a `.gitignore` of its own. */
async function writeLines({ path, text }: PlacedLines): Promise<void> {
  const dir = dirname(path);
  await mkdir(dir, { recursive: true });
  const ignore = join(dir, '.gitignore');
  if (!(await exists(ignore))) await replaceFile(ignore, IGNORE_ALL, 0o644);
  await replaceFile(path, text.open(), 0o600);
}

/** Calls with a new directory that contains this file and no secrets, and removes it afterwards. */
export async function withScratch<T>(text: string, use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-pull-'));
  try {
    await writeFile(join(dir, 'gateway.yaml'), text, { mode: 0o600 });
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

export async function warningsAbout(
  { dir, file, values }: Written,
  { lines, isEncrypted }: Texts,
  cwd: string,
): Promise<readonly Problem[]> {
  const secret = [...(values === undefined || isEncrypted ? [] : [values]), ...lines.map(({ path }) => path)];
  return [...(await neighbours(dir, file, cwd)), ...(await exposed(secret, cwd))];
}

/** What is read together with the pulled file, relative to its directory. */
export async function otherFiles(dir: string, file: string): Promise<readonly string[]> {
  const walked = await walk(dir).catch(() => undefined);
  const excess = walked && tooMuch(walked);
  if (excess !== undefined) throw fail('HF2006', `${dir} contains ${excess}`);
  return (walked?.files ?? [])
    .filter(({ path }) => /\.ya?ml$/i.test(path) && path !== file)
    .map(({ path }) => relative(dir, path))
    .toSorted();
}

async function neighbours(dir: string, file: string, cwd: string): Promise<readonly Problem[]> {
  const others = await otherFiles(dir, file);
  if (others.length === 0) return [];
  const remedy = `Remove what the files declare twice, or pull into a separate directory.`;
  const message = `${shownIn(cwd, dir)} contains other desired state, which Holdfast reads together with the pulled files: ${others.join(', ')}`;
  return [problem('HF2070', message, { severity: 'warning', remedy })];
}

export async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
