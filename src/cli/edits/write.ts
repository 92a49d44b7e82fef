// What the flags of the commands that edit files ask for: nothing, the edit, or a commit of it.
import type { Command } from 'commander';
import type { FileEdit } from '../../compose/adoption.ts';
import type { Io } from '../../compose/io.ts';
import type { PublishEdits } from '../../compose/session.ts';
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
  /** Where the files are those of a commit. */
  readonly publish?: PublishEdits | undefined;
  /** Of the commit, unless the flags give one. */
  readonly message: string;
}

/** All files or none. Undefined: nothing was committed. */
export async function writeEdits(
  files: readonly FileEdit[],
  flags: WriteFlags,
  { io, stateDir, publish, message }: Writing,
): Promise<Committed | undefined> {
  if (!asksToWrite(flags) || files.length === 0) return undefined;
  const { branch } = flags;
  if (publish) return published(files, flags, publish, message);
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

/** The files of a commit can't be edited where they are, and values of variables have no place in it. */
async function published(
  files: readonly FileEdit[],
  { branch, message }: WriteFlags,
  publish: PublishEdits,
  usual: string,
): Promise<Committed> {
  if (branch === undefined)
    throw fail('HF2097', 'the daemon follows a git repository, so it changes files only on a new branch', {
      remedy: 'Name a branch.',
    });
  const secret = files.filter((file) => !isForGit(file)).map(({ shown }) => shown);
  if (secret.length > 0)
    throw fail('HF2096', `the daemon can't store the values that this adds to ${secret.join(', ')}`);
  return publish(files, { branch, message: message ?? usual });
}

const replacementOf = (file: FileEdit): Parameters<typeof replaceTogether>[0][number] => ({
  ...file,
  mode: isForGit(file) ? 0o644 : 0o600,
});
