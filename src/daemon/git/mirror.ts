// The bare repository that follows the remote: the commit of the followed ref, whether the history continues, who
// signed it. It contains commits; which of them is in effect is decided elsewhere.
import { randomBytes } from 'node:crypto';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { commitIn, SHOW_COMMIT } from '../../desired/read/revision.ts';
import type { Commit } from '../../domain/desired.ts';
import { fail } from '../../domain/problem/problem.ts';
import { walk } from '../../input/walk.ts';
import type { GitSettings } from '../../settings/daemon-source.ts';
import { GitFailure, type Run, type RunOptions } from './program.ts';

/** Limits on time and size, in ms and bytes. */
export interface Bounds {
  readonly fetchMs: number;
  readonly localMs: number;
  readonly mirrorBytes: number;
  readonly checkoutBytes: number;
  readonly checkoutFiles: number;
}

export interface Mirror {
  readonly gitDir: string;
  /**
   * The current commit of the followed ref. `inForce` is the commit in effect, whose place in the history matters
   * later. Rejects with GitFailure, or HoldfastError (HF7013, HF7017).
   */
  fetch(inForce?: string): Promise<Commit>;
  /** Runs git on it. */
  run(args: readonly string[], options?: Pick<RunOptions, 'workTree' | 'maxEntries'>): Promise<string>;
}

const FOLLOWED = 'refs/holdfast/followed';
/** Keeps the commit in effect when git collects garbage. */
export const IN_FORCE = 'refs/holdfast/in-force';

export interface MirrorOptions {
  readonly settings: GitSettings;
  readonly run: Run;
  readonly bounds: Bounds;
  readonly signal: AbortSignal;
}

/** The one at `gitDir`, created if there is none. */
export async function openMirror(gitDir: string, options: MirrorOptions): Promise<Mirror> {
  const { bounds, signal } = options;
  await mkdir(gitDir, { recursive: true, mode: 0o700 });
  const run: Mirror['run'] = (args, how) => options.run(args, { gitDir, ms: bounds.localMs, signal, ...how });
  if ((await readdir(gitDir)).length === 0) await run(['init', '--bare', '--quiet']);
  return { gitDir, run, fetch: (inForce) => fetch(gitDir, run, options, inForce) };
}

/** A new one next to the old one, which is replaced only when `fill` has finished. */
export async function rebuildMirror<T>(
  gitDir: string,
  options: MirrorOptions,
  fill: (mirror: Mirror) => Promise<T>,
): Promise<T> {
  const made = `${gitDir}.${randomBytes(4).toString('hex')}`;
  try {
    const filled = await fill(await openMirror(made, options));
    await rm(gitDir, { recursive: true, force: true });
    await rename(made, gitDir);
    return filled;
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

async function fetch(
  gitDir: string,
  run: Mirror['run'],
  options: MirrorOptions,
  inForce: string | undefined,
): Promise<Commit> {
  const { kind, name } = options.settings.ref;
  if (kind === 'commit') return fetchCommit(gitDir, run, options, name);
  const ref = `refs/${kind === 'branch' ? 'heads' : 'tags'}/${name}`;
  await ask(gitDir, { flags: depth(options.settings, inForce), refs: [`+${ref}:${FOLLOWED}`] }, options);
  return commitAt(run, FOLLOWED);
}

/**
 * The last commit is enough at first. From then on, the history grows with each push, which distinguishes a branch
 * that continues from one that was rewritten.
 */
function depth({ ref, forcePush }: GitSettings, inForce: string | undefined): readonly string[] {
  return ref.kind === 'branch' && forcePush === 'hold' && inForce !== undefined ? [] : ['--depth=1'];
}

const EVERYTHING = ['+refs/heads/*:refs/remote/heads/*', '+refs/tags/*:refs/remote/tags/*'];

/** Not every server gives a commit that is no tip of something; then all branches and tags are read. */
async function fetchCommit(
  gitDir: string,
  run: Mirror['run'],
  options: MirrorOptions,
  sha: string,
): Promise<Commit> {
  try {
    await ask(gitDir, { flags: ['--depth=1'], refs: [sha] }, options);
  } catch (error) {
    if (
      !(error instanceof GitFailure) ||
      !/not our ref|unadvertised|couldn't find remote ref/i.test(error.message)
    )
      throw error;
    await ask(gitDir, { flags: [], refs: EVERYTHING }, options);
  }
  if (!(await has(run, sha))) throw fail('HF7013', `there isn't a commit ${sha} in the repository`);
  return commitAt(run, sha);
}

const FETCH = [
  'fetch',
  '--quiet',
  '--force',
  '--no-tags',
  '--no-recurse-submodules',
  '--no-write-fetch-head',
];

interface Question {
  readonly flags: readonly string[];
  readonly refs: readonly string[];
}

/** One fetch from the remote, with limits on time and size. */
async function ask(gitDir: string, { flags, refs }: Question, options: MirrorOptions): Promise<void> {
  const { run, settings, bounds, signal } = options;
  const tooLarge = new AbortController();
  const weigh = setInterval(() => {
    void sizeOf(gitDir).then((bytes) => bytes > bounds.mirrorBytes && tooLarge.abort());
  }, WEIGH_MS);
  try {
    await run([...FETCH, ...flags, settings.url, ...refs], {
      gitDir,
      ms: bounds.fetchMs,
      signal: AbortSignal.any([signal, tooLarge.signal]),
      remote: true,
    });
  } catch (error) {
    if (!tooLarge.signal.aborted) throw error;
  } finally {
    clearInterval(weigh);
  }
  if (!tooLarge.signal.aborted && (await sizeOf(gitDir)) <= bounds.mirrorBytes) return;
  await rm(gitDir, { recursive: true, force: true }); // what is too large once would stay too large
  throw fail('HF7017', `the repository is larger than ${Math.round(bounds.mirrorBytes / 1024 / 1024)} MiB`);
}

const WEIGH_MS = 1000;

/** Number of files of a mirror. A remote with a hundred thousand branches is too large too. */
const MAX_MIRROR_FILES = 100_000;

/** Bytes below a directory. Files that disappear during the count are ignored. */
async function sizeOf(dir: string): Promise<number> {
  const walked = await walk(dir, { limit: MAX_MIRROR_FILES, skip: () => false }).catch(() => undefined);
  if (walked?.exceeded) return Infinity;
  const sizes = (walked?.files ?? []).map(({ real }) =>
    stat(real).then(
      ({ size }) => size,
      () => 0,
    ),
  );
  return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
}

async function commitAt(run: Mirror['run'], ref: string): Promise<Commit> {
  const commit = commitIn(await run([...SHOW_COMMIT, `${ref}^{commit}`, '--']));
  if (!commit) throw new GitFailure(`${ref} isn't a commit`, -1);
  return commit;
}

async function has(run: Mirror['run'], ref: string): Promise<boolean> {
  return succeeds(run(['cat-file', '-e', `${ref}^{commit}`]));
}

/** Whether `older` is in the history of `newer`; false for a commit that isn't there. */
export function contains(mirror: Mirror, newer: string, older: string): Promise<boolean> {
  return succeeds(mirror.run(['merge-base', '--is-ancestor', older, newer]));
}

/** Undefined if someone on the list signed it with an SSH key; otherwise git's message. */
export async function signatureProblem(mirror: Mirror, sha: string): Promise<string | undefined> {
  try {
    await mirror.run(['verify-commit', sha]);
    return undefined;
  } catch (error) {
    if (!(error instanceof GitFailure)) throw error;
    const [said = ''] = error.message.trim().split('\n').slice(-1);
    return said === '' ? 'it has no signature' : said.slice(0, 200);
  }
}

async function succeeds(asked: Promise<unknown>): Promise<boolean> {
  try {
    await asked;
    return true;
  } catch (error) {
    if (error instanceof GitFailure && error.exit > 0) return false;
    throw error;
  }
}
