// What pipelines run in: a repository with its branches and pull requests, a forge, secrets, and where artifacts are kept.
import { execFile, spawn } from 'node:child_process';
import { chmod, cp, mkdir, mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { ForgeKind } from '../../../src/domain/forge.ts';
import { type FakeForge, fakeForge } from '../fake-forge/fake-forge.ts';

export const ROOT = resolve(import.meta.dirname, '../../..');

export interface World extends AsyncDisposable {
  readonly dir: string;
  readonly forge: FakeForge;
  /** Of the repository: what a pipeline of its own branches is given. */
  readonly secrets: Record<string, string>;
  readonly variables: Record<string, string>;
  /** Directories of artifacts by run and name. */
  readonly artifacts: Map<string, string>;
  /** The released action: what `uses: OWNER/holdfast@v1` runs. */
  readonly action: string;
  /** Commands that images and runners have. */
  readonly path: string;
  /** Commits these files on a branch, on top of where it is, and pushes it. Null removes a file. */
  commit(branch: string, files: Readonly<Record<string, string | null>>, subject: string): Promise<string>;
  /** Opens a pull request of the branch, or brings it up to date: its head and what a merge would be. */
  pull(
    number: number,
    branch: string,
  ): Promise<{ number: number; head: string; base: string; merge: string }>;
  /** Merges it; the commits of the main branch before and after. */
  merge(number: number, branch: string): Promise<{ before: string; after: string }>;
  /** A fresh clone in a fresh directory. */
  checkout(ref: string, depth: number): Promise<string>;
  git(...args: string[]): Promise<string>;
  freshDir(name: string): Promise<string>;
}

const run = promisify(execFile);
const WHO = { GIT_AUTHOR_NAME: 'a', GIT_AUTHOR_EMAIL: 'a@example.com', GIT_CONFIG_NOSYSTEM: '1' };
const GIT_ENV = { ...WHO, GIT_COMMITTER_NAME: 'a', GIT_COMMITTER_EMAIL: 'a@example.com' };

/** `example`: a directory of examples/ that the repository begins with. */
export async function openWorld(
  kind: ForgeKind,
  example: string,
  more: Readonly<Record<string, string>> = {},
): Promise<World> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-pipelines-'));
  const origin = join(dir, 'origin.git');
  const work = join(dir, 'work');
  const forge = await fakeForge(kind);
  let fresh = 0;
  const git = async (...args: string[]): Promise<string> => {
    const env = { PATH: process.env['PATH'], HOME: dir, ...GIT_ENV };
    return (await run('git', ['-C', work, ...args], { env })).stdout.trim();
  };
  const freshDir = async (name: string): Promise<string> => {
    const path = join(dir, `${(fresh += 1)}-${name}`);
    await mkdir(path);
    return path;
  };
  await run('git', ['init', '--quiet', '--bare', '--initial-branch=main', origin]);
  await run('git', ['clone', '--quiet', origin, work]);
  await git('checkout', '--quiet', '-b', 'main');
  await cp(join(ROOT, 'examples', example), work, { recursive: true });
  for (const [name, text] of Object.entries(more)) await writeFile(join(work, name), text);
  await git('add', '--all');
  await git('commit', '--quiet', '-m', 'Begin');
  await git('push', '--quiet', 'origin', 'main');
  return {
    dir,
    forge,
    secrets: {},
    variables: {},
    artifacts: new Map(),
    action: await released(dir),
    path: await tools(dir),
    git,
    freshDir,
    async commit(branch, files, subject) {
      await git('checkout', '--quiet', '-B', branch, await tipOf(git, branch));
      for (const [name, text] of Object.entries(files)) {
        if (text === null) await rm(join(work, name));
        else await writeFile(join(work, name), text);
      }
      await git('add', '--all');
      await git('commit', '--quiet', '-m', subject);
      await git('push', '--quiet', 'origin', branch);
      return git('rev-parse', 'HEAD');
    },
    async pull(number, branch) {
      const [head, base] = [await git('rev-parse', branch), await git('rev-parse', 'main')];
      await git('checkout', '--quiet', '--detach', 'main');
      await git('merge', '--quiet', '--no-ff', '-m', `Merge ${head} into ${base}`, head);
      const merge = await git('rev-parse', 'HEAD');
      await git(
        'push',
        '--quiet',
        '--force',
        'origin',
        `${head}:refs/pull/${number}/head`,
        `${merge}:refs/pull/${number}/merge`,
      );
      return { number, head, base, merge };
    },
    async merge(number, branch) {
      const before = await git('rev-parse', 'main');
      await git('checkout', '--quiet', 'main');
      await git('merge', '--quiet', '--squash', branch);
      await git('commit', '--quiet', '-m', `Merge pull request #${number}`);
      await git('push', '--quiet', 'origin', 'main');
      const after = await git('rev-parse', 'HEAD');
      forge.pulls.push({ number, commits: [after], isMerged: true });
      return { before, after };
    },
    async checkout(ref, depth) {
      const place = await freshDir('checkout');
      const env = { PATH: process.env['PATH'], HOME: dir, ...GIT_ENV };
      const at = (...args: string[]) => run('git', ['-C', place, ...args], { env });
      await at('init', '--quiet');
      await at('remote', 'add', 'origin', `file://${origin}`);
      const shallow = depth > 0 ? [`--depth=${depth}`] : ['+refs/heads/*:refs/remotes/origin/*'];
      await at(
        'fetch',
        '--quiet',
        '--no-tags',
        ...(depth > 0 ? shallow : []),
        'origin',
        ref,
        ...(depth > 0 ? [] : shallow),
      );
      await at('checkout', '--quiet', '--detach', ref.startsWith('refs/') ? 'FETCH_HEAD' : ref);
      return place;
    },
    async [Symbol.asyncDispose]() {
      await forge[Symbol.asyncDispose]();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

async function tipOf(git: World['git'], branch: string): Promise<string> {
  const known = await git('branch', '--list', branch);
  return known === '' ? 'main' : branch;
}

/** The tree of a release tag: action.yml, the bundle, and what it reads. */
async function released(dir: string): Promise<string> {
  const action = join(dir, 'action');
  await mkdir(action);
  for (const part of ['action.yml', 'package.json', 'schemas'])
    await cp(join(ROOT, part), join(action, part), { recursive: true });
  await run(process.execPath, [join(ROOT, 'scripts/action.ts'), join(action, 'dist/action/index.mjs')], {
    cwd: ROOT,
  });
  return action;
}

/** What the image has: `holdfast`, besides the commands of this machine. */
async function tools(dir: string): Promise<string> {
  const bin = join(dir, 'bin');
  await mkdir(bin);
  await writeFile(
    join(bin, 'holdfast'),
    `#!/bin/sh\nexec "${process.execPath}" "${join(ROOT, 'bin/holdfast.js')}" "$@"\n`,
  );
  await chmod(join(bin, 'holdfast'), 0o755);
  return `${bin}:${process.env['PATH']}`;
}

export interface Ended {
  readonly exit: number;
  readonly log: string;
}

/** A process with exactly these variables. */
export function execute(
  command: string,
  args: readonly string[],
  options: { readonly cwd: string; readonly env: Readonly<Record<string, string>> },
): Promise<Ended> {
  return new Promise((done, fail) => {
    const child = spawn(command, args, { ...options, stdio: ['ignore', 'pipe', 'pipe'] });
    let log = '';
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (part: Buffer) => (log += part.toString('utf8')));
    child.on('error', fail);
    child.on('close', (code) => done({ exit: code ?? 1, log }));
  });
}

/** Keeps what a path of a job leads to; nothing where there is nothing. */
export async function keepArtifact(world: World, name: string, from: string): Promise<boolean> {
  const to = await world.freshDir('artifact');
  const copied = await cp(from, join(to, name), { recursive: true }).then(
    () => true,
    () => false,
  );
  if (copied) world.artifacts.set(name, join(to, name));
  return copied;
}

export const filesIn = async (path: string): Promise<string[]> =>
  (await readdir(path, { recursive: true })).map(String);
