// `holdfast scan`: secrets in plain text in the files of a repository, or in what is about to be committed. Offline, without
// settings; no value is ever printed.
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from 'commander';
import { secretsInText } from '../../../desired/check/scan-text.ts';
import { runGit } from '../../../desired/git/run.ts';
import { EXIT } from '../../../domain/problem/exit.ts';
import { fail, HoldfastError, type Problem } from '../../../domain/problem/problem.ts';
import { readTextFile } from '../../../input/text-file.ts';
import { plural } from '../../../lib/text.ts';
import type { Globals, Io } from '../../../compose/io.ts';
import { onCall } from '../../io/options.ts';
import { showReport } from '../../io/show.ts';

interface Flags extends Globals {
  readonly staged?: boolean;
}

export function define(command: Command, io: Io): void {
  const scan = command
    .option('--staged', 'scan what is staged for the next commit, not the files on disk')
    .addHelpText(
      'after',
      `
Scans the files that git tracks or would add. Exits with 4 if it finds a secret; values are never shown. If a line
contains no secret, write \`holdfast:no-secret\` in a comment on it.

Examples:
  $ holdfast scan
  $ holdfast scan --staged     # in a pre-commit hook`,
    );
  onCall(scan, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  const names = await filesOf(io.cwd, flags.staged === true);
  const problems: Problem[] = [];
  for (const name of names) {
    const text = flags.staged ? await stagedText(io.cwd, name) : await textOnDisk(io.cwd, name);
    if (text !== undefined) problems.push(...secretsInText(text, name));
  }
  const exit = problems.length > 0 ? new HoldfastError(problems).exit : EXIT.ok;
  showReport(io, flags, { command: 'scan', exit, plans: [], outcomes: [], problems });
  if (exit === EXIT.ok && flags.output === 'text' && !flags.quiet)
    io.out(`no secrets in plain text in ${plural(names.length, 'file')}\n`);
}

const STAGED = [
  'diff',
  '--cached',
  '--name-only',
  '--relative',
  '--diff-filter=ACMR',
  '--ignore-submodules=all',
  '-z',
];
const OWN = ['ls-files', '--cached', '--others', '--exclude-standard', '--deduplicate', '-z'];

/** Relative to the directory. */
async function filesOf(cwd: string, staged: boolean): Promise<readonly string[]> {
  const { exit, out, reason } = await runGit(cwd, staged ? STAGED : OWN);
  if (exit !== 0)
    throw fail('HF2080', `git can't list the files: ${reason}`, {
      remedy: 'Run `holdfast scan` in a git repository.',
    });
  return out.split('\0').filter((name) => name !== '');
}

/** Undefined if it isn't text. */
async function stagedText(cwd: string, name: string): Promise<string | undefined> {
  const { exit, out, reason } = await runGit(cwd, ['show', `:./${name}`]);
  if (exit !== 0) throw fail('HF2080', `git can't show what is staged of ${name}: ${reason}`);
  return out.includes('\0') ? undefined : out;
}

/** Undefined if it isn't text or a file: a link, a submodule, a deleted file. Anything else must be readable. */
async function textOnDisk(cwd: string, name: string): Promise<string | undefined> {
  const path = join(cwd, name);
  const stats = await lstat(path).catch(() => undefined);
  if (!stats?.isFile()) return undefined;
  const read = await readTextFile(path, name, LARGEST);
  if ('text' in read) return read.text;
  if (read.problem.code === 'HF2005') return undefined;
  throw new HoldfastError([read.problem]);
}

/** Bytes. */
const LARGEST = 64 * 1024 * 1024;
