// A remote on disk with commits made in a line each, and a git source that follows it.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { createGitSource, type GitSource, type GitSourceOptions } from '../../../src/daemon/git/source.ts';
import type { Clock } from '../../../src/domain/clock.ts';
import { systemClock } from '../../../src/compose/system-clock.ts';
import type { GitSettings } from '../../../src/settings/daemon-source.ts';
import { until } from '../../support/until.ts';

const run = promisify(execFile);

/** Nothing of the person who runs the tests, and the same commits at any time. */
const ENV = {
  PATH: process.env['PATH'] ?? '',
  HOME: '/nonexistent',
  GIT_CONFIG_NOSYSTEM: '1',
  GIT_CONFIG_GLOBAL: '/dev/null',
  GIT_AUTHOR_NAME: 'A committer',
  GIT_AUTHOR_EMAIL: 'committer@example.test',
  GIT_COMMITTER_NAME: 'A committer',
  GIT_COMMITTER_EMAIL: 'committer@example.test',
};

export interface Remote {
  /** Everything of this test, removed with it. */
  readonly dir: string;
  /** What is cloned: a bare repository. */
  readonly url: string;
  git(...args: readonly string[]): Promise<string>;
  /** Writes a tree of this listing, as `git ls-tree` prints one; gives its id. */
  mktree(listing: string): Promise<string>;
  /** Commits these files on top of what is there and pushes; gives the id. `null` removes a file. */
  push(
    files: Readonly<Record<string, string | null>>,
    options?: { readonly subject?: string; readonly flags?: readonly string[]; readonly branch?: string },
  ): Promise<string>;
  /** Takes the remote away, as a network would; the answer brings it back. */
  away(): Promise<() => Promise<void>>;
  read(checkout: string | undefined, file: string): Promise<string>;
}

const remotes: string[] = [];
const sources: GitSource[] = [];

/** For `afterEach`. */
export async function leave(): Promise<void> {
  for (const source of sources.splice(0)) await source[Symbol.asyncDispose]();
  for (const dir of remotes.splice(0)) await rm(dir, { recursive: true, force: true });
}

export async function remote(): Promise<Remote> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-git-'));
  remotes.push(dir);
  const [url, work] = [join(dir, 'remote.git'), join(dir, 'work')];
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', url], { env: ENV });
  await run('git', ['init', '--quiet', '--initial-branch=main', work], { env: ENV });
  const git = async (...args: readonly string[]): Promise<string> =>
    (await run('git', ['-C', work, ...args], { env: ENV })).stdout.trim();
  return {
    dir,
    url,
    git,
    async mktree(listing) {
      const made = run('git', ['-C', work, 'mktree'], { env: ENV });
      made.child.stdin?.end(listing);
      return (await made).stdout.trim();
    },
    async push(files, { subject = 'A change', flags = [], branch = 'main' } = {}) {
      for (const [name, text] of Object.entries(files)) {
        if (text === null) await rm(join(work, name), { recursive: true });
        else {
          await mkdir(dirname(join(work, name)), { recursive: true });
          await writeFile(join(work, name), text);
        }
      }
      await git('add', '--all');
      await git('-c', 'gpg.format=ssh', 'commit', '--quiet', '--allow-empty', '-m', subject, ...flags);
      await git('push', '--quiet', '--force', url, `HEAD:refs/heads/${branch}`);
      return git('rev-parse', 'HEAD');
    },
    async away() {
      await rename(url, `${url}.away`);
      return () => rename(`${url}.away`, url);
    },
    read: (checkout, file) => readFile(join(checkout ?? 'nowhere', file), 'utf8'),
  };
}

export function settingsFor(one: Remote, changes: Partial<GitSettings> = {}): GitSettings {
  return {
    url: one.url,
    ref: { kind: 'branch', name: 'main' },
    path: '.',
    everyMs: 3_600_000, // tests fetch explicitly
    forcePush: 'hold',
    ssh: {},
    dir: join(one.dir, 'state', 'source'),
    ...changes,
  };
}

/** As no other time in here. */
const GAP_MS = 3;
/** Nobody waits this long: tests fetch explicitly, and a slow first fetch is waited for. */
const ENDLESS_MS = 1000;

export interface Followed {
  readonly source: GitSource;
  readonly notes: string[];
  readonly reloads: string[];
  /** Fetches from the remote and resolves when it has responded. */
  ask(): Promise<void>;
  answers(): number;
  commit(): string | undefined;
  /** The directory with the files in force. */
  files(): string | undefined;
  problem(): string;
  end(): Promise<void>;
}

export async function follow(
  settings: GitSettings,
  options: Partial<GitSourceOptions> = {},
): Promise<Followed> {
  const notes: string[] = [];
  const reloads: string[] = [];
  let answers = 0;
  let resting = 0;
  const clock: Clock = {
    now: () => systemClock.now(),
    sleep: async (ms, signal) => {
      if (ms === GAP_MS) answers += 1; // what comes after every answer
      if (ms < ENDLESS_MS) return systemClock.sleep(ms, signal);
      resting += 1;
      await new Promise<void>((wake) => {
        if (signal?.aborted) wake();
        else signal?.addEventListener('abort', () => wake(), { once: true });
      });
      resting -= 1;
    },
  };
  const source = createGitSource({
    clock,
    note: (_level, text) => notes.push(text),
    signal: new AbortController().signal,
    gapMs: GAP_MS,
    ...options,
  });
  sources.push(source);
  await source.follow({ drift: '* * * * *', source: settings });
  source.hold()?.[Symbol.dispose]();
  await source
    .service({ reload: (trigger) => reloads.push(trigger) })
    .follow({ drift: '* * * * *', source: settings });
  return {
    source,
    notes,
    reloads,
    async ask() {
      await until(() => resting > 0); // a fetch under way began before this
      const before = answers;
      source.poke();
      await until(() => answers > before);
    },
    answers: () => answers,
    commit: () => source.view()?.commit?.sha,
    files() {
      const held = source.hold();
      held?.[Symbol.dispose]();
      return held?.checkout?.dir;
    },
    problem: () => source.view()?.problem ?? '',
    end: async () => source[Symbol.asyncDispose](),
  };
}
