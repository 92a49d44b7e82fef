// Every version of every file that the commits of a repository have, the oldest first.
import { spawn } from 'node:child_process';
import { fail } from '../../domain/problem/problem.ts';
import { gitEnvironment, reasonIn, runGit } from './run.ts';

export interface Version {
  /** The first commit that has it. */
  readonly commit: string;
  /** Relative to the directory. */
  readonly path: string;
  /** The name of its content. */
  readonly blob: string;
}

export interface HistoryOptions {
  /** As `git log` takes them; undefined: what all branches, tags and the stash lead to. */
  readonly revisions: string | undefined;
  readonly signal: AbortSignal;
}

/** Of files below the directory; links and submodules aren't files. Rejects with HF2080 where git can't tell. */
export async function* versionsIn(dir: string, options: HistoryOptions): AsyncGenerator<Version> {
  const how = ['--raw', '-z', '--no-abbrev', '--no-renames', '--root', '--full-history', '--reverse'];
  const what = ['--diff-filter=AMT', '--diff-merges=first-parent', '--relative', '--format=commit:%H'];
  const args = ['log', ...how, ...what, ...(await revisionsIn(dir, options)), '--', '.'];
  const seen = new Set<string>();
  let commit = '';
  let header: string | undefined;
  for await (const token of tokensOf(dir, args, { end: '\0', signal: options.signal })) {
    const text = token.replace(/^\n/, '');
    if (header === undefined && text.startsWith('commit:')) commit = text.slice('commit:'.length);
    else if (header === undefined) header = text;
    else {
      const blob = /^:\d+ 100\d+ [0-9a-f]+ ([0-9a-f]+) /.exec(header)?.[1];
      header = undefined;
      if (blob === undefined || seen.has(`${blob} ${text}`)) continue;
      seen.add(`${blob} ${text}`);
      yield { commit, path: text, blob };
    }
  }
}

/** Names of contents that are larger. */
export async function largerThan(
  dir: string,
  bytes: number,
  options: HistoryOptions,
): Promise<ReadonlySet<string>> {
  const filter = ['--objects', `--filter=blob:limit=${bytes}`, '--filter-print-omitted'];
  const args = ['rev-list', ...filter, ...(await revisionsIn(dir, options)), '--'];
  const larger = new Set<string>();
  for await (const line of tokensOf(dir, args, { end: '\n', signal: options.signal }))
    if (line.startsWith('~')) larger.add(line.slice(1));
  return larger;
}

async function revisionsIn(dir: string, { revisions }: HistoryOptions): Promise<readonly string[]> {
  if (revisions !== undefined) return ['--end-of-options', revisions];
  // HEAD can be on no branch, or have no commit yet.
  const head = await runGit(dir, ['rev-parse', '--quiet', '--verify', 'HEAD']);
  return head.exit === 0 ? ['--all', 'HEAD'] : ['--all'];
}

async function* tokensOf(
  dir: string,
  args: readonly string[],
  { end, signal }: { readonly end: string; readonly signal: AbortSignal },
): AsyncGenerator<string> {
  const child = spawn('git', ['-C', dir, ...args], {
    env: gitEnvironment(),
    signal,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let stderr = '';
  child.stderr.setEncoding('utf8').on('data', (text: string) => void (stderr = (stderr + text).slice(-4000)));
  const ended = new Promise<number | null>((done, reject) => {
    child.on('error', reject);
    child.on('close', done);
  });
  ended.catch(() => {}); // awaited below, unless the reader stops before
  let rest = '';
  for await (const chunk of child.stdout.setEncoding('utf8') as AsyncIterable<string>) {
    const parts = (rest + chunk).split(end);
    rest = parts.pop() ?? '';
    yield* parts;
  }
  const exit = await ended.catch((error: NodeJS.ErrnoException) => {
    if (signal.aborted) throw fail('HF5007', 'stopped by a signal while the history was read');
    throw fail('HF2080', error.code === 'ENOENT' ? "the program `git` isn't installed" : error.message);
  });
  if (rest !== '') yield rest;
  if (exit !== 0) throw fail('HF2080', `git can't list the history: ${reasonIn(stderr)}`);
}
