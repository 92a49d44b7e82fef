// Several files of a user, replaced together or not at all: staged beside their places, with copies of what was there in a
// journal, so that a failure and a crash in the middle are both undone.
import { createHash } from 'node:crypto';
import { mkdir, readFile, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { fail } from '../../domain/problem/problem.ts';
import {
  explained,
  makeDirectory,
  orMissing,
  readText,
  remove,
  replaceFile,
  type Staged,
  stage,
  syncDirectory,
  writeWhole,
} from './disk.ts';

export interface FileReplacement {
  /** Absolute. */
  readonly path: string;
  readonly shown: string;
  /** What the file held when the new text was made of it; undefined: there was none. */
  readonly before: string | undefined;
  readonly after: string;
  /** For a file that is new. */
  readonly mode: number;
}

interface JournalEntry {
  readonly path: string;
  readonly before?: string;
  readonly mode: number;
  /** SHA-256 of the new text: a file that somebody edited since is left alone. */
  readonly after: string;
}

/** Below the state directory; for its owner alone, because a file of variables holds secrets. */
const JOURNAL = 'replacing.json';

/** Rejects with HF2095 where a file isn't what it was, before anything is written. */
export async function replaceTogether(files: readonly FileReplacement[], stateDir: string): Promise<void> {
  await undoInterrupted(stateDir);
  for (const { path, shown, before } of files)
    if ((await readFile(path, 'utf8').catch(orMissing)) !== before)
      throw fail('HF2095', `${shown} changed since Holdfast read it`, { path: shown });
  const staged: Staged[] = [];
  try {
    for (const file of files) staged.push(await explained(file.path, () => stageOf(file)));
    await writeJournal(files, stateDir);
    for (const [i, one] of staged.entries()) await explained(files[i]?.path ?? '', one.place);
  } catch (error) {
    await Promise.all(staged.map(({ discard }) => discard()));
    await undoInterrupted(stateDir);
    throw error;
  }
  await remove(join(stateDir, JOURNAL));
}

async function stageOf({ path, after, mode }: FileReplacement): Promise<Staged> {
  await mkdir(dirname(path), { recursive: true });
  return stage(path, after, await modeOf(path, mode));
}

async function modeOf(path: string, otherwise: number): Promise<number> {
  const there = await stat(path).catch(orMissing);
  return there ? there.mode & 0o777 : otherwise;
}

async function writeJournal(files: readonly FileReplacement[], stateDir: string): Promise<void> {
  await makeDirectory(stateDir);
  const entries = await Promise.all(
    files.map(async ({ path, before, after, mode }): Promise<JournalEntry> => ({
      path,
      ...(before !== undefined && { before }),
      mode: await modeOf(path, mode),
      after: digest(after),
    })),
  );
  await writeWhole(join(stateDir, JOURNAL), JSON.stringify(entries));
}

const digest = (text: string): string => createHash('sha256').update(text).digest('hex');

/** Puts back what an interrupted run replaced. False: none was interrupted. */
export async function undoInterrupted(stateDir: string): Promise<boolean> {
  const journal = join(stateDir, JOURNAL);
  const text = await readText(journal);
  if (text === undefined) return false;
  const entries = JSON.parse(text) as readonly JournalEntry[]; // written whole, by us alone
  for (const entry of entries) await explained(entry.path, () => putBack(entry));
  await remove(journal);
  return true;
}

async function putBack({ path, before, after, mode }: JournalEntry): Promise<void> {
  const now = await readFile(path, 'utf8').catch(orMissing);
  if (now === undefined || digest(now) !== after) return;
  if (before !== undefined) return replaceFile(path, before, mode);
  await rm(path, { force: true });
  await syncDirectory(dirname(path));
}
