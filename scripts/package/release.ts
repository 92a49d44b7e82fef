// Everything that a release publishes, as files in one directory. It publishes nothing itself and needs no network, so that
// tests and a person make the same files as the workflow.
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { promisify } from 'node:util';
import { billOfMaterials } from './bill-of-materials.ts';
import { notesOf } from './notes.ts';
import { assemble, manifest, pack, ROOT } from './pack.ts';

const run = promisify(execFile);

export interface ReleaseOptions {
  /** `v0.2.0`; without it, the files of what is not released yet. */
  readonly tag?: string | undefined;
  /** `https://github.com/OWNER/holdfast` */
  readonly repository?: string | undefined;
}

/** Files that are published beside the npm package, each with its checksum in `SHA256SUMS`. */
export async function makeRelease(
  dir: string,
  { tag, repository }: ReleaseOptions,
): Promise<readonly string[]> {
  const { name, version } = await manifest();
  if (tag !== undefined && tag !== `v${version}`)
    throw new Error(`The tag is ${tag}, and package.json has version ${version}. Run \`npm version\` first.`);
  await mkdir(dir, { recursive: true });
  const changelog = await readFile(join(ROOT, 'CHANGELOG.md'), 'utf8');
  await writeFile(
    join(dir, 'notes.md'),
    notesOf(changelog, ...(tag === undefined ? ['Unreleased'] : []), version),
  );
  const tarball = await pack(dir, repository);
  const files = [
    basename(tarball),
    await archive(dir, `${name}-${version}`, tarball),
    `${name}-${version}.sbom.cdx.json`,
  ];
  await writeFile(join(dir, `${name}-${version}.sbom.cdx.json`), await billOfMaterials());
  await writeFile(join(dir, 'SHA256SUMS'), await checksums(dir, files));
  return [...files, 'SHA256SUMS', 'notes.md'];
}

/** The same bytes for the same commit: no times, no owners, one order. Needs GNU tar. */
async function archive(dir: string, name: string, tarball: string): Promise<string> {
  const below = await mkdtemp(join(dir, 'archive-'));
  await assemble(join(below, name), tarball);
  const file = `${name}-standalone.tar.gz`;
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mtime=2000-01-01T00:00:00Z'];
  await run('tar', [
    ...same,
    '--mode=go=rX,u+rw',
    '-I',
    'gzip -n',
    '-cf',
    join(dir, file),
    '-C',
    below,
    name,
  ]);
  await rm(below, { recursive: true });
  return file;
}

/** As `sha256sum --check` reads them. */
async function checksums(dir: string, files: readonly string[]): Promise<string> {
  const lines = await Promise.all(
    files.map(async (file) => {
      const hash = createHash('sha256').update(await readFile(join(dir, file)));
      return `${hash.digest('hex')}  ${file}\n`;
    }),
  );
  return lines.join('');
}

/** Whether a directory may be filled: it is not there, or empty. */
export async function isFree(dir: string): Promise<boolean> {
  return (await readdir(dir).catch(() => [])).length === 0;
}
