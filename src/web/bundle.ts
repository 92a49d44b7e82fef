// The dashboard as files: scripts and styles from esbuild with their hash in the name, and the page that loads them.
// An installed package must not use this: it has the files, and no esbuild.
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { extname, join, relative } from 'node:path';
import { packageFile } from '../lib/package-files.ts';

const CLIENT = packageFile('src/web/client');

const BUILD = {
  entryPoints: [join(CLIENT, 'main.tsx'), join(CLIENT, 'early.ts')],
  bundle: true,
  minify: true,
  format: 'esm',
  target: 'es2023',
  jsx: 'automatic',
  jsxImportSource: 'preact',
  entryNames: '[name]-[hash]',
  outdir: join(CLIENT, 'assets'),
  write: false,
  legalComments: 'none',
  logLevel: 'silent',
} as const;

/** Names relative to the page, such as `assets/main-1A2B3C4D.js`, and `index.html` itself. */
export async function bundle(): Promise<ReadonlyMap<string, Buffer>> {
  const { build, stop } = await import('esbuild');
  const { outputFiles } = await build({ ...BUILD, entryPoints: [...BUILD.entryPoints] });
  // Its process would wait for more input as long as ours lives.
  await stop();
  const files = new Map<string, Buffer>(
    outputFiles.map(({ path, contents }) => [relative(CLIENT, path), Buffer.from(contents)]),
  );
  const icon = await readFile(join(CLIENT, 'icon.svg'));
  files.set(`assets/icon-${hashOf(icon)}.svg`, icon);
  return files.set('index.html', await page([...files.keys()]));
}

/** Names of the packages that the files contain parts of: they come along although nothing depends on them. */
export async function bundledPackages(): Promise<readonly string[]> {
  const { build, stop } = await import('esbuild');
  const { metafile } = await build({ ...BUILD, entryPoints: [...BUILD.entryPoints], metafile: true });
  await stop();
  const names = Object.keys(metafile.inputs).map(
    (path) => /.*node_modules\/((?:@[^/]+\/)?[^/]+)/.exec(path)?.[1],
  );
  return [...new Set(names.filter((name) => name !== undefined))];
}

function hashOf(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex').slice(0, 8);
}

const PLACES = {
  script: ['main', '.js'],
  style: ['main', '.css'],
  early: ['early', '.js'],
  icon: ['icon', '.svg'],
} as const;

async function page(names: readonly string[]): Promise<Buffer> {
  let text = await readFile(join(CLIENT, 'index.html'), 'utf8');
  for (const [place, [start, ending]] of Object.entries(PLACES)) {
    const name = names.find((name) => name.startsWith(`assets/${start}-`) && extname(name) === ending);
    if (name === undefined) throw new Error(`the bundle of the dashboard has no ${start}${ending}`);
    text = text.replace(`{{${place}}}`, name);
  }
  return Buffer.from(text);
}
