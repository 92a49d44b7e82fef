// The software bill of materials: every package that the program brings along, those in the dashboard's files included.
import { execFile } from 'node:child_process';
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { bundledPackages } from '../../src/web/bundle.ts';
import { lockFile, manifest } from './pack.ts';

const run = promisify(execFile);

/**
 * In the form of CycloneDX. `npm sbom --omit=dev` on the checkout leaves out packages that development tools need too, so
 * it is given a manifest and a lock file without those tools.
 */
export async function billOfMaterials(): Promise<string> {
  const work = await mkdtemp(join(tmpdir(), 'holdfast-sbom-'));
  try {
    const { name } = await manifest();
    const dir = join(work, name); // npm calls the program like its directory
    await mkdir(dir);
    await withoutTools(dir);
    const words = ['sbom', '--package-lock-only', '--sbom-format=cyclonedx'];
    return (await run('npm', words, { cwd: dir, maxBuffer: 64 * 1024 * 1024 })).stdout;
  } finally {
    await rm(work, { recursive: true });
  }
}

async function withoutTools(dir: string): Promise<void> {
  const { devDependencies, dependencies, ...about } = await manifest();
  const { packages, ...lock } = await lockFile();
  const bundled = new Set(await bundledPackages());
  const shown = Object.entries(devDependencies).filter(([name]) => bundled.has(name));
  const all = { ...dependencies, ...Object.fromEntries(shown) };
  const kept = Object.entries(packages)
    .filter(([path, { dev }]) => path !== '' && (!dev || bundled.has(path.replace(/^node_modules\//, ''))))
    .map(([path, locked]) => [path, { ...locked, dev: false }] as const);
  const own = { name: about.name, version: about.version, dependencies: all };
  await writeFile(join(dir, 'package.json'), JSON.stringify({ ...about, dependencies: all }));
  await writeFile(
    join(dir, 'package-lock.json'),
    JSON.stringify({ ...lock, packages: { '': own, ...Object.fromEntries(kept) } }),
  );
}
