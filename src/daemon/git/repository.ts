// One followed repository on disk: fetches from the remote and decides whether the result becomes effective. On any
// failure, the previous commit stays in effect. Knows no time and no daemon.
import { createHash } from 'node:crypto';
import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Commit } from '../../domain/desired.ts';
import { fail, HoldfastError } from '../../domain/problem/problem.ts';
import type { GitSettings } from '../../settings/daemon-source.ts';
import { makeDirectory } from '../../state/files/disk.ts';
import { type Checkout, type Checkouts, createCheckouts, isDirectory } from './checkouts.ts';
import { localProblem, remoteProblem, shownUrl } from './failures.ts';
import {
  type Bounds,
  contains,
  type Mirror,
  type MirrorOptions,
  openMirror,
  rebuildMirror,
  signatureProblem,
} from './mirror.ts';
import { GitFailure, openGit, TooMuchOutput } from './program.ts';
import { publish, type Published, type Publishing } from './publish.ts';

export interface Repository {
  /** The checkout in effect: of one commit, for all targets. */
  current(): Checkout | undefined;
  /**
   * Fetches from the remote. Rejects with HoldfastError if the commit in effect isn't the requested one (HF7011 to
   * HF7019).
   */
  update(): Promise<'same' | 'new'>;
  /** Rejects with HoldfastError (HF2097, HF7011 to HF7019). */
  publish(publishing: Publishing): Promise<Published>;
}

export interface RepositoryOptions {
  readonly bounds: Bounds;
  readonly signal: AbortSignal;
  /** Whether the files of this directory are still in use. */
  readonly isRead: (dir: string) => boolean;
}

/**
 * Starts with the commit that was in effect last, whether or not the remote is reachable. Rejects with HoldfastError
 * (HF6003, HF6004, HF7018).
 */
export async function openRepository(
  settings: GitSettings,
  { bounds, signal, isRead }: RepositoryOptions,
): Promise<Repository> {
  const name = nameOf(settings);
  const dir = join(settings.dir, name);
  const run = await openGit(settings);
  await makeDirectory(dir);
  const gitDir = join(dir, 'mirror');
  const mirrorOptions: MirrorOptions = { settings, run, bounds, signal };
  const checkouts = createCheckouts(dir, settings.path, bounds);
  let current = await lastInForce(gitDir, checkouts, mirrorOptions);

  const bring = async (mirror: Mirror): Promise<'same' | 'new'> => {
    const commit = await mirror.fetch(current?.commit.sha);
    if (commit.sha === current?.commit.sha) return 'same';
    await judge(mirror, commit, current, settings);
    const made = await checkouts.make(mirror, commit);
    await checkouts.record(mirror, made);
    current = made;
    return 'new';
  };
  const tidy = async (): Promise<void> => {
    await checkouts.prune((path) => path === current?.dir || isRead(path));
    await removeOthers(settings.dir, name, isRead);
  };
  return {
    current: () => current,
    async publish(publishing) {
      if (!current) throw fail('HF2097', `${shownUrl(settings)} hasn't been read yet`);
      const { fetchMs } = bounds;
      const push = (refspec: string, ...flags: readonly string[]): Promise<string> =>
        run(['push', '--quiet', ...flags, settings.url, refspec], {
          gitDir,
          ms: fetchMs,
          signal,
          remote: true,
        });
      try {
        const mirror = await openMirror(gitDir, mirrorOptions);
        return await publish(mirror, current.commit.sha, publishing, push);
      } catch (error) {
        throw asProblem(error, settings);
      }
    },
    async update() {
      if (settings.ref.kind === 'commit' && current?.commit.sha === settings.ref.name) return 'same';
      const came = await bringOrRebuild(gitDir, mirrorOptions, bring);
      if (came === 'new') await tidy();
      return came;
    },
  };
}

/** What is followed, where, and from which directory: a change of any of them is another repository. */
function nameOf({ url, ref, path }: GitSettings): string {
  const identity = JSON.stringify([url, ref.kind, ref.name, path]);
  return createHash('sha256').update(identity).digest('hex').slice(0, 16);
}

/**
 * Writes the files again from the mirror, which has their content. If it is damaged, the existing files are used. If
 * signatures are required, only what can be verified now counts.
 */
async function lastInForce(
  gitDir: string,
  checkouts: Checkouts,
  options: MirrorOptions,
): Promise<Checkout | undefined> {
  const recorded = await checkouts.recorded();
  if (!recorded) return undefined;
  const { settings, signal } = options;
  try {
    const mirror = await openMirror(gitDir, options);
    if (
      settings.allowedSigners !== undefined &&
      (await signatureProblem(mirror, recorded.commit.sha)) !== undefined
    )
      return undefined;
    const made = await checkouts.make(mirror, recorded.commit);
    await checkouts.record(mirror, made);
    return made;
  } catch (error) {
    const isKnown = [GitFailure, TooMuchOutput, HoldfastError].some((kind) => error instanceof kind);
    if (!isKnown || signal.aborted) throw error;
    const isUsable = settings.allowedSigners === undefined && (await isDirectory(recorded.dir));
    return isUsable ? recorded : undefined;
  }
}

/** A mirror that doesn't work is created again from the remote; the old one stays until that is done. */
async function bringOrRebuild<T>(
  gitDir: string,
  options: MirrorOptions,
  bring: (mirror: Mirror) => Promise<T>,
): Promise<T> {
  try {
    return await bring(await openMirror(gitDir, options));
  } catch (error) {
    if (!isDamage(error, options)) throw asProblem(error, options.settings);
  }
  try {
    return await rebuildMirror(gitDir, options, bring);
  } catch (error) {
    throw asProblem(error, options.settings);
  }
}

function isDamage(error: unknown, { settings, signal }: MirrorOptions): boolean {
  return error instanceof GitFailure && !signal.aborted && !remoteProblem(error, settings);
}

function asProblem(error: unknown, settings: GitSettings): unknown {
  if (error instanceof TooMuchOutput)
    return fail('HF7017', `${shownUrl(settings)}: ${error.message}`, {}, { cause: error });
  if (error instanceof GitFailure) return remoteProblem(error, settings) ?? localProblem(error, settings);
  return error instanceof HoldfastError ? error : localProblem(error, settings);
}

async function judge(
  mirror: Mirror,
  commit: Commit,
  current: Checkout | undefined,
  settings: GitSettings,
): Promise<void> {
  const { ref, forcePush, allowedSigners } = settings;
  const held = ref.kind === 'branch' && forcePush === 'hold' ? current?.commit.sha : undefined;
  if (held !== undefined && !(await contains(mirror, commit.sha, held)))
    throw fail(
      'HF7014',
      `branch ${ref.name} of ${shownUrl(settings)} was rewritten: ${short(commit.sha)} doesn't contain ${short(held)}`,
    );
  const wrong = allowedSigners === undefined ? undefined : await signatureProblem(mirror, commit.sha);
  if (wrong !== undefined)
    throw fail('HF7016', `commit ${short(commit.sha)} isn't signed by an allowed signer: ${wrong}`);
}

function short(sha: string): string {
  return sha.slice(0, 12);
}

/** What earlier settings followed. */
async function removeOthers(root: string, name: string, isRead: (dir: string) => boolean): Promise<void> {
  for (const entry of await readdir(root, { withFileTypes: true })) {
    const dir = join(root, entry.name);
    if (!entry.isDirectory() || entry.name === name || !/^[0-9a-f]{16}$/.test(entry.name)) continue;
    const checkouts = await readdir(join(dir, 'checkouts')).catch(() => []);
    if (checkouts.some((one) => isRead(join(dir, 'checkouts', one)))) continue;
    await rm(dir, { recursive: true, force: true });
  }
}
