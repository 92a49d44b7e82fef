// What the flags of the commands that edit files ask for: nothing, the edit, or a commit of it.
import type { Command } from 'commander';
import type { FileEdit } from '../../compose/adoption.ts';
import type { Io } from '../../compose/io.ts';
import { fail } from '../../domain/problem/problem.ts';
import { replaceTogether } from '../../state/files/replace-together.ts';
import { type Committed, commitEdits, type Committing, isForGit, refuseUncommittable } from './commit.ts';

export interface WriteFlags {
  readonly write?: boolean;
  readonly commit?: boolean;
  readonly branch?: string;
  readonly message?: string;
}

export const writeOptions = (command: Command): Command =>
  command
    .option('--write', 'edit the files')
    .option('--commit', 'edit the files and commit them')
    .option('--branch <name>', 'with --commit: commit to a new branch, and leave the work tree as it is')
    .option('-m, --message <text>', 'with --commit: the message of the commit');

export function refuseFlags({ branch, commit, write }: WriteFlags): void {
  if (branch === undefined) return;
  if (!commit) throw fail('HF1001', '--branch needs --commit');
  if (write) throw fail('HF1001', '--branch leaves the work tree as it is, so it excludes --write');
}

export const asksToWrite = ({ write, commit }: WriteFlags): boolean => write === true || commit === true;

export interface Writing {
  readonly io: Pick<Io, 'signal'>;
  readonly stateDir: string;
  /** Of the commit, unless the flags give one. */
  readonly message: string;
}

/** All files or none. Undefined: nothing was committed. */
export async function writeEdits(
  files: readonly FileEdit[],
  flags: WriteFlags,
  { io, stateDir, message }: Writing,
): Promise<Committed | undefined> {
  if (!asksToWrite(flags) || files.length === 0) return undefined;
  const { branch } = flags;
  const committing: Committing = { files, branch, message: flags.message ?? message };
  if (flags.commit) await refuseUncommittable(committing);
  // On a branch, the work tree keeps what git has; values that the branch needs are stored all the same.
  const here = branch === undefined ? files : files.filter((file) => !isForGit(file));
  // Values first: a reference to a variable that isn't there yet would be an error in every command.
  const ordered = [
    ...here.filter(({ kind }) => kind !== 'yaml'),
    ...here.filter(({ kind }) => kind === 'yaml'),
  ];
  await replaceTogether(ordered.map(replacementOf), stateDir);
  return flags.commit ? commitEdits(committing, io.signal) : undefined;
}

const replacementOf = (file: FileEdit): Parameters<typeof replaceTogether>[0][number] => ({
  ...file,
  mode: isForGit(file) ? 0o644 : 0o600,
});
