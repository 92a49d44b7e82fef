// The package as others get it: built, packed, installed elsewhere.
import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { pack, ROOT } from '../scripts/package/pack.ts';

const run = promisify(execFile);

export interface Packed extends AsyncDisposable {
  /** The script behind the command `holdfast`. */
  readonly bin: string;
  /** Of the package, in the order of the tarball. */
  readonly files: readonly string[];
  readonly how: 'npm install' | 'unpacked, dependencies linked';
}

/** `registry`: where npm gets the dependencies, and it must. Without it, those of the checkout stand in where it can't. */
export async function packed({ registry }: { readonly registry?: string } = {}): Promise<Packed> {
  const dir = await mkdtemp(join(tmpdir(), 'holdfast-packed-'));
  const tarball = await pack(dir);
  const isInstalled = await installed(dir, tarball, registry);
  const how = isInstalled ? 'npm install' : 'unpacked, dependencies linked';
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

/** False where nobody named a registry and none can be reached. */
async function installed(dir: string, tarball: string, registry: string | undefined): Promise<boolean> {
  await writeFile(join(dir, 'package.json'), '{"private":true}');
  const words = ['install', '--no-audit', '--no-fund'];
  const from =
    registry === undefined
      ? ['--prefer-offline', '--fetch-retries=0']
      : [`--registry=${registry}`, `--cache=${join(dir, 'cache')}`, '--engine-strict=false'];
  const installing = run('npm', [...words, ...from, tarball], { cwd: dir, timeout: 240_000 });
  return installing.then(
    () => true,
    (error: unknown) => {
      if (registry !== undefined) throw error;
      return false;
    },
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
