// Existing files at the destination of pulled files: uncommitted edits aren't replaced, replaced files are copied,
// and a file with values only gets additions.
import { mkdir, mkdtemp, readFile, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { stampText } from '../../lib/text.ts';
import { git } from '../../desired/read/revision.ts';
import { HoldfastError, problem } from '../../domain/problem/problem.ts';
import { orMissing } from '../../state/files/disk.ts';
import { shownIn } from '../io/shown-in.ts';

/** Rejects with HF2074 for each file that would be replaced and differs from its last commit. */
export async function refuseUncommitted(paths: readonly string[], cwd: string): Promise<void> {
  const edited = await Promise.all(paths.map(isEdited));
  const remedy = 'Commit, stash or discard the changes, then pull again.';
  const problems = paths
    .filter((_, i) => edited[i])
    .map((path) => problem('HF2074', `${shownIn(cwd, path)} has uncommitted changes`, { remedy }));
  if (problems.length > 0) throw new HoldfastError(problems);
}

/** False for a file that isn't committed, and outside of git: then the copy is the only one. */
async function isEdited(path: string): Promise<boolean> {
  const status = await git(dirname(path), ['status', '--porcelain', '--', path]);
  return status !== undefined && status.trim() !== '' && !/^(?:\?\?|A ) /.test(status);
}

/** A file that will be replaced, and its new text. */
export interface Replacement {
  /** Absolute. */
  readonly path: string;
  readonly text: string;
}

/**
 * Copies the files that will be replaced, readable only by the owner. Returns their directory, below that of the
 * state; undefined: there is nothing to keep.
 */
export async function keepReplaced(
  written: readonly Replacement[],
  { stateDir, now }: { readonly stateDir: string; readonly now: number },
): Promise<string | undefined> {
  const replaced = (await Promise.all(written.map(unlike))).flat();
  if (replaced.length === 0) return undefined;
  await mkdir(join(stateDir, 'replaced'), { recursive: true, mode: 0o700 });
  const dir = await mkdtemp(join(stateDir, 'replaced', `${stampText(now)}-`));
  const taken = new Map<string, number>();
  for (const { name, bytes } of replaced) {
    const count = (taken.get(name) ?? 0) + 1;
    taken.set(name, count);
    await writeFile(join(dir, count === 1 ? name : `${count}-${name}`), bytes, { mode: 0o600 });
  }
  return dir;
}

async function unlike({ path, text }: Replacement): Promise<{ name: string; bytes: Buffer }[]> {
  const bytes = await readFile(path).catch(orMissing);
  return bytes === undefined || bytes.equals(Buffer.from(text)) ? [] : [{ name: basename(path), bytes }];
}
