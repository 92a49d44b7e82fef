// Resolves the backup that a command names: one of the state directory by its ID, an archive by its file or ID, or
// the newest of all.
import { access } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Command } from 'commander';
import { type Backup, isBackupId } from '../../domain/state/backup.ts';
import { fail } from '../../domain/problem/problem.ts';
import { readTextFile } from '../../input/text-file.ts';
import type { Io } from '../../compose/io.ts';
import type { Session } from '../../compose/session.ts';
import { readArchive } from '../../state/files/archive.ts';
import { repeatable } from './options.ts';

export interface IdentityFlags {
  readonly identity?: readonly string[];
}

export function identityOption(command: Command): Command {
  return command.addOption(
    repeatable(
      '--identity <file>',
      'age identity that decrypts the backup (default: HOLDFAST_BACKUP_IDENTITY); repeatable',
    ),
  );
}

/** `given` is an ID or a file; undefined means the newest. */
export async function meantBackup(
  session: Session,
  target: string,
  given: string | undefined,
  flags: IdentityFlags,
  io: Io,
): Promise<{ readonly id: string } | { readonly kept: Backup }> {
  const { store } = session;
  const open = async (path: string, shown: string): Promise<{ readonly kept: Backup }> => ({
    kept: await readArchive(path, shown, await identitiesOf(session, flags, io)),
  });
  if (given !== undefined && !isBackupId(given)) {
    const path = resolve(io.cwd, given);
    const isThere = await access(path).then(
      () => true,
      () => false,
    );
    if (!isThere) throw fail('HF5040', `"${given}" is neither the ID of a backup nor a file`, { target });
    return open(path, given);
  }
  const records = await store.listBackups(target);
  const archives = await store.listArchives(target);
  const id = given ?? newest([...records, ...archives]);
  if (id === undefined) throw fail('HF5040', `${target} has no backup`, { target });
  const archive = archives.find((one) => one.id === id);
  if (!archive || records.some((one) => one.id === id)) return { id };
  return open(archive.file, archive.file);
}

function newest(found: readonly { readonly id: string; readonly at: number }[]): string | undefined {
  return found.toSorted((a, b) => b.at - a.at)[0]?.id;
}

/**
 * Those of `--identity`, otherwise the one of the environment. Having none is a problem only if a file is encrypted.
 */
async function identitiesOf(
  { env }: Session,
  { identity: files }: IdentityFlags,
  io: Io,
): Promise<readonly string[]> {
  const found: string[] = [];
  for (const shown of files ?? []) {
    const read = await readTextFile(resolve(io.cwd, shown), shown);
    if ('problem' in read) throw fail('HF6012', read.problem.message);
    found.push(...(await identitiesIn(read.text, shown)));
  }
  const own = files ? '' : (env['HOLDFAST_BACKUP_IDENTITY'] ?? '');
  if (own.trim() !== '') found.push(...(await identitiesIn(own, 'HOLDFAST_BACKUP_IDENTITY')));
  io.hide?.(found);
  return found;
}

/** As `age-keygen` writes them: one per line, `#` begins a comment. Messages never show a line. */
async function identitiesIn(text: string, shown: string): Promise<readonly string[]> {
  const { Decrypter } = await import('age-encryption');
  const found: string[] = [];
  for (const [index, line] of text.split('\n').entries()) {
    const identity = line.trim();
    if (identity === '' || identity.startsWith('#')) continue;
    try {
      new Decrypter().addIdentity(identity);
    } catch {
      throw fail('HF6012', `line ${index + 1} of ${shown} isn't an age identity`, {
        remedy:
          'Use the file that `age-keygen -o key.txt` wrote. If it is encrypted itself, decrypt it first.',
      });
    }
    found.push(identity);
  }
  if (found.length === 0) throw fail('HF6012', `${shown} contains no age identity`);
  return found;
}
