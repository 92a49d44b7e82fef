// The package as others get it: built, packed, installed elsewhere.
import { execFile } from 'node:child_process';
import { cp, mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';

const run = promisify(execFile);
const ROOT = resolve(import.meta.dirname, '..');

export interface Packed extends AsyncDisposable {
  /** The script behind the command `holdfast`. */
  readonly bin: string;
  /** Of the package, in the order of the tarball. */
  readonly files: readonly string[];
  readonly how: 'npm install' | 'unpacked, dependencies linked';
}

/** `link`: without the registry, on the dependencies of the checkout. */
export async function packed({ link = false } = {}): Promise<Packed> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-packed-'));
  await packInto(dir);
  const tarball = join(dir, (await readdir(dir)).find((name) => name.endsWith('.tgz')) ?? '');
  const how = !link && (await installed(dir, tarball)) ? 'npm install' : 'unpacked, dependencies linked';
  if (how !== 'npm install') await unpacked(dir, tarball);
  return {
    bin: join(dir, 'node_modules/holdfast/bin/holdfast.js'),
    files: await filesIn(tarball),
    how,
    [Symbol.asyncDispose]: () => rm(dir, { recursive: true, force: true }),
  };
}

async function filesIn(tarball: string): Promise<string[]> {
  const { stdout } = await run('tar', ['-tzf', tarball]);
  return stdout
    .trim()
    .split('\n')
    .map((line) => line.replace(/^package\//, ''));
}

/** Builds and packs a copy, so that nothing appears in the checkout. */
async function packInto(dir: string): Promise<void> {
  const copy = join(dir, 'copy');
  await mkdir(copy);
  const parts = ['package.json', 'tsconfig.json', 'README.md', 'LICENSE', 'CHANGELOG.md'];
  for (const part of [...parts, 'src', 'bin', 'schemas', 'desired-state', 'docs'])
    await cp(join(ROOT, part), join(copy, part), { recursive: true });
  await symlink(join(ROOT, 'node_modules'), join(copy, 'node_modules'));
  await run('npm', ['pack', '--pack-destination', dir], { cwd: copy });
  await rm(copy, { recursive: true });
}

/** False where the registry cannot be reached. */
async function installed(dir: string, tarball: string): Promise<boolean> {
  await writeFile(join(dir, 'package.json'), '{"private":true}');
  const words = ['install', '--prefer-offline', '--no-audit', '--no-fund', '--fetch-retries=0', tarball];
  return run('npm', words, { cwd: dir, timeout: 90_000 }).then(
    () => true,
    () => false,
  );
}

async function unpacked(dir: string, tarball: string): Promise<void> {
  const modules = join(dir, 'node_modules');
  await rm(modules, { recursive: true, force: true });
  await mkdir(join(modules, 'holdfast'), { recursive: true });
  await run('tar', ['-xzf', tarball, '--strip-components=1', '-C', join(modules, 'holdfast')]);
  for (const name of await readdir(join(ROOT, 'node_modules')))
    if (!name.startsWith('.') && name !== 'holdfast')
      await symlink(join(ROOT, 'node_modules', name), join(modules, name));
}
