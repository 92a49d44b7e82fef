// `holdfast scan`: secrets in plain text in the files of a repository, in what is about to be committed, or in all commits.
// Offline, without settings; no value is ever printed.
import { lstat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { Command } from 'commander';
import { secretsInText } from '../../desired/check/scan-text.ts';
import { runGit } from '../../desired/git/run.ts';
import { EXIT } from '../../domain/problem/exit.ts';
import { fail, HoldfastError, type Problem } from '../../domain/problem/problem.ts';
import { readTextFile } from '../../input/text-file.ts';
import { plural } from '../../lib/text.ts';
import type { Globals, Io } from '../../compose/io.ts';
import { scanHistory } from './history.ts';
import { onCall } from '../io/options.ts';
import { showReport } from '../io/show.ts';

interface Flags extends Globals {
  readonly staged?: boolean;
  /** True without revisions. */
  readonly history?: string | true;
  readonly known?: string;
}

export function define(command: Command, io: Io): void {
  const scan = command
    .option('--staged', 'scan what is staged for the next commit, not the files on disk')
    .option(
      '--history [revisions]',
      'scan all commits, or those that `git log REVISIONS` shows, not the files on disk',
    )
    .option('--known <file>', 'with --history: findings to accept, one COMMIT:PATH:LINE on each line')
    .addHelpText(
      'after',
      `
Scans the files that git tracks or would add. Exits with 4 if it finds a secret; values are never shown. If a line
contains no secret, write \`holdfast:no-secret\` in a comment on it. --history shows each secret once, with the
first commit that has it.

Examples:
  $ holdfast scan
  $ holdfast scan --staged     # in a pre-commit hook
  $ holdfast scan --history    # before a repository becomes public
  $ holdfast scan --history origin/main..HEAD`,
    );
  onCall(scan, (flags: Flags) => run(flags, io));
}

async function run(flags: Flags, io: Io): Promise<void> {
  if (flags.staged && flags.history !== undefined)
    throw fail('HF1001', '--staged and --history exclude each other');
  if (flags.known !== undefined && flags.history === undefined)
    throw fail('HF1001', '--known needs --history');
  const { problems, scanned } =
    flags.history === undefined ? await scanFiles(flags, io) : await inHistory(flags, io);
  const errors = problems.filter(({ severity }) => severity === 'error');
  const exit = errors.length > 0 ? new HoldfastError(errors).exit : EXIT.ok;
  showReport(io, flags, { command: 'scan', exit, plans: [], outcomes: [], problems });
  if (exit === EXIT.ok && flags.output === 'text' && !flags.quiet)
    io.out(`no secrets in plain text in ${scanned}\n`);
}

interface Scanned {
  readonly problems: readonly Problem[];
  /** What was scanned, for people. */
  readonly scanned: string;
}

async function scanFiles(flags: Flags, io: Io): Promise<Scanned> {
  const names = await filesOf(io.cwd, flags.staged === true);
  const problems: Problem[] = [];
  for (const name of names) {
    const text = flags.staged ? await stagedText(io.cwd, name) : await textOnDisk(io.cwd, name);
    if (text !== undefined) problems.push(...secretsInText(text, name));
  }
  return { problems, scanned: plural(names.length, 'file') };
}

async function inHistory({ history, known }: Flags, { cwd, signal }: Io): Promise<Scanned> {
  const revisions = history === true ? undefined : history;
  const accepted = known === undefined ? [] : await linesOf(resolve(cwd, known), known);
  const { problems, versions } = await scanHistory({ cwd, revisions, known: new Set(accepted), signal });
  return { problems, scanned: plural(versions, 'file version') };
}

/** Without comments. */
async function linesOf(path: string, shown: string): Promise<readonly string[]> {
  const read = await readTextFile(path, shown);
  if ('problem' in read) throw new HoldfastError([read.problem]);
  return read.text.split('\n').flatMap((line) => {
    const text = line.trim();
    return text === '' || text.startsWith('#') ? [] : [text];
  });
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
