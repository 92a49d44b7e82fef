// A unified diff of desired-state files, as edits. Only files that a plan of the target reads, or would read, can be named.
import { realpath } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { applyPatch, parsePatch, type StructuredPatch } from 'diff';
import { fail } from '../domain/problem/problem.ts';
import type { LayerFile } from '../desired/layers.ts';
import { shownPath } from '../desired/read/files.ts';
import type { Target } from '../domain/target.ts';
import type { FileEdit } from './adoption.ts';

/** What the target reads now. */
interface Reading {
  readonly target: Target;
  readonly settingsDir: string;
  readonly files: readonly LayerFile[];
}

/** Rejects with HF2102 where the patch is malformed, doesn't fit, or names another file. */
export async function patchedFiles(patch: string, reading: Reading): Promise<readonly FileEdit[]> {
  const parts = parsed(patch);
  const names = parts.map(nameOf);
  const twice = names.find((name, i) => names.indexOf(name) < i);
  if (twice !== undefined) throw fail('HF2102', `the patch names ${twice} twice`);
  return Promise.all(parts.map((part, i) => edited(part, names[i] ?? '', reading)));
}

function parsed(patch: string): readonly StructuredPatch[] {
  let parts: readonly StructuredPatch[];
  try {
    parts = parsePatch(patch);
  } catch (error) {
    throw fail('HF2102', `the patch can't be read: ${error instanceof Error ? error.message : ''}`);
  }
  if (parts.some(({ hunks }) => hunks.length === 0))
    throw fail('HF2102', 'a file of the patch has no hunk', {
      remedy:
        'Write a unified diff with `---`, `+++` and `@@` lines. It can add and change files, not rename them.',
    });
  return parts;
}

const NOTHING = '/dev/null';

function nameOf({ oldFileName = '', newFileName = '' }: StructuredPatch): string {
  if (newFileName === NOTHING)
    throw fail('HF2102', `the patch deletes ${plain(oldFileName)}`, {
      remedy: 'Remove the keys instead, or ask a person to delete the file.',
    });
  const [before, after] = [plain(oldFileName), plain(newFileName)];
  if (oldFileName !== NOTHING && before !== after)
    throw fail('HF2102', `the patch renames ${before} to ${after}`);
  return after;
}

const plain = (name: string): string => name.replace(/^[ab]\//, '');

async function edited(part: StructuredPatch, shown: string, reading: Reading): Promise<FileEdit> {
  const isNew = part.oldFileName === NOTHING;
  const known = reading.files.find((file) => file.shown === shown);
  if (isNew && known) throw fail('HF2102', `${shown} exists, so the patch can't add it`);
  if (!isNew && !known)
    throw fail('HF2102', `${shown} isn't a file that ${reading.target.name} reads`, {
      remedy: `The files are: ${reading.files
        .slice(0, MOST_NAMED)
        .map((file) => file.shown)
        .join(', ')}.`,
    });
  const before = known?.text ?? '';
  const after = applyPatch(before, part);
  if (after === false) throw fail('HF2102', `${misfit(before, part)} doesn't fit ${shown}`);
  const path = known?.path ?? (await newPath(shown, reading));
  return { path, shown, before: known ? before : undefined, after, kind: 'yaml' };
}

const MOST_NAMED = 20;

/** The first hunk that doesn't fit, even after those before it. */
function misfit(before: string, part: StructuredPatch): string {
  const index = part.hunks.findIndex(
    (_, i) => applyPatch(before, { ...part, hunks: part.hunks.slice(0, i + 1) }) === false,
  );
  return `hunk ${index + 1} of the patch (line ${part.hunks[index]?.oldStart ?? 0} of the file)`;
}

/** Where the reader of the target finds a new file: below one of its directories, through no link that leads out. */
async function newPath(shown: string, { target, settingsDir }: Reading): Promise<string> {
  const path = resolve(settingsDir, shown);
  for (const dir of target.desired.map((one) => resolve(settingsDir, one))) {
    const below = relative(dir, path);
    const isVisible = below !== '' && below.split(sep).every((name) => name !== '' && !name.startsWith('.'));
    if (isVisible && /\.ya?ml$/i.test(path) && (await isReallyIn(dir, path))) return path;
  }
  const dirs = target.desired.map((one) => shownPath(resolve(settingsDir, one), settingsDir));
  throw fail('HF2102', `${shown} isn't a YAML file in a directory that ${target.name} reads`, {
    remedy: `Name a file in ${dirs.join(' or ')}.`,
  });
}

async function isReallyIn(dir: string, path: string): Promise<boolean> {
  const [root, real] = await Promise.all([realOf(dir), realOf(path)]);
  return real.startsWith(`${root}${sep}`);
}

/** Of a path whose end may not exist yet. */
async function realOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch {
    const above = dirname(path);
    return above === path ? path : resolve(await realOf(above), basename(path));
  }
}
