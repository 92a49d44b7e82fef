// The npm package as it is published, made from a copy of what it is made of, so that nothing appears in the checkout.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
export const ROOT = resolve(import.meta.dirname, '../..');

export interface Manifest {
  readonly name: string;
  readonly version: string;
  readonly files: readonly string[];
  readonly dependencies: Readonly<Record<string, string>>;
  readonly devDependencies: Readonly<Record<string, string>>;
}

export async function manifest(): Promise<Manifest> {
  return JSON.parse(await readFile(join(ROOT, 'package.json'), 'utf8')) as Manifest;
}

/** What the script `prepare` needs, and what npm adds to `files` by itself. */
const BESIDES = ['tsconfig.json', 'src', 'README.md', 'LICENSE'];

/** What the package is made of, besides its manifest and `node_modules`. */
export async function sources(): Promise<readonly string[]> {
  const { files } = await manifest();
  return [...BESIDES, ...files.filter((name) => name !== 'dist')];
}

/** Builds and packs into `dir`. Returns the tarball. `repository`: where this release comes from, for its provenance. */
export async function pack(dir: string, repository?: string): Promise<string> {
  const copy = await mkdtemp(join(dir, 'copy-'));
  for (const part of await sources()) await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await writeFile(join(copy, 'package.json'), await packageJson(repository));
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', dir], { cwd: copy });
  await rm(copy, { recursive: true });
  return join(dir, (await readdir(dir)).find((name) => name.endsWith('.tgz')) ?? '');
}

async function packageJson(repository: string | undefined): Promise<string> {
  const text = await readFile(join(ROOT, 'package.json'), 'utf8');
  if (repository === undefined) return text;
  const url = `git+${repository}.git`;
  return `${JSON.stringify({ ...(JSON.parse(text) as object), repository: { type: 'git', url } }, null, 2)}\n`;
}

/**
 * The program with its dependencies in `dir`: it needs nothing but Node.js. This is what the standalone archive and the
 * image contain. Needs no network: the dependencies are those of the checkout, without its development tools.
 */
export async function assemble(dir: string, tarball: string): Promise<void> {
  await mkdir(dir, { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', dir]);
  for (const name of await dependencies())
    await cp(join(ROOT, name), join(dir, name), { recursive: true, dereference: true });
}

/** `node_modules/…` below the checkout, by the lock file. What is inside another one comes along with it. */
async function dependencies(): Promise<string[]> {
  const { packages } = await lockFile();
  const own = Object.entries(packages).filter(([name, { dev }]) => name !== '' && !dev);
  return own.map(([name]) => name).filter((name) => name.lastIndexOf('node_modules') === 0);
}

interface Locked {
  readonly version?: string;
  /** Nothing but a development tool needs it. */
  readonly dev?: boolean;
  readonly devOptional?: boolean;
}

/** A library can name a development tool as an optional peer: npm marks the tool, but not what the tool itself needs. */
const isTool = (path: string, { dev, devOptional }: Locked): boolean =>
  dev === true || devOptional === true || path.startsWith('node_modules/@typescript/');

export async function lockFile(): Promise<{ readonly packages: Readonly<Record<string, Locked>> }> {
  const lock = JSON.parse(await readFile(join(ROOT, 'package-lock.json'), 'utf8')) as {
    packages: Record<string, Locked>; // as npm writes it since version 7
  };
  const packages = Object.entries(lock.packages).map(
    ([path, locked]) => [path, { ...locked, dev: isTool(path, locked) }] as const,
  );
  return { ...lock, packages: Object.fromEntries(packages) };
}
